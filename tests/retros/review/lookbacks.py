"""A review and a retro as tests fill them in: each question answered, one becoming an item."""

from datetime import date
from typing import Any

from incidents.models import Person
from retros.review.actions import AnswerInput, ReviewInput
from retros.vocabulary import QUESTIONS, Follows, Look, Question

DAY = date(2026, 4, 2)
TEXT = "The eu-west probe failed twice; it had flapped all week"
WHY = "The delay of the metric is on the backlog already"
TITLE = "A release that rotates keys waits for a sign-in probe"


def review(owner: Person, **other: AnswerInput) -> ReviewInput:
    """The first answer becomes the owner's item; ``other`` are answers by question."""
    answers = {
        question.value: AnswerInput(text=f"{TEXT} ({question})", follows=Follows.NONE, why_not=WHY)
        for question in QUESTIONS[Look.REVIEW]
    }
    first = AnswerInput(text=TEXT, follows=Follows.ITEM, title=TITLE, owner=owner, due_on=DAY)
    return ReviewInput(answers=answers | {Question.IGNORED.value: first} | other)


def retro(owner: Person, **other: AnswerInput) -> ReviewInput:
    answers = {
        question.value: AnswerInput(text=f"{TEXT} ({question})")
        for question in QUESTIONS[Look.RETRO]
    }
    proposal = AnswerInput(text="Warn on two owners\nof one boundary", owner=owner, due_on=DAY)
    return ReviewInput(answers=answers | {Question.PROPOSAL.value: proposal} | other)


def posted(review_input: ReviewInput, **other: str) -> dict[str, Any]:
    """The same as a browser sends it."""
    sent: dict[str, str] = {}
    for question, answer in review_input.answers.items():
        sent |= {
            question: answer.text,
            f"{question}_follows": answer.follows,
            f"{question}_title": answer.title,
            f"{question}_owner": str(answer.owner.pk) if answer.owner else "",
            f"{question}_due_on": answer.due_on.isoformat() if answer.due_on else "",
            f"{question}_why": answer.why_not,
        }
    return sent | other

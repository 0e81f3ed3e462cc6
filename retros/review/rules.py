"""Rules of looking back: what finishes a review or a retro, and when people are reminded of one.

Playbook, "30-minute post-closure review": "Turn answers into backlog items before context fades";
"Post-incident retro minimum": within 24 hours, with owner and due date.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from kernel.refusal import Violation
from kernel.text import says_nothing
from retros.backlog import rules as backlog
from retros.vocabulary import Follows, Look, Question

type Violations = tuple[Violation, ...]

MAX_ANSWER_CHARACTERS = 2000
MAX_REASON_CHARACTERS = 500

DUE_AFTER: dict[str, timedelta] = {
    Look.REVIEW: timedelta(minutes=30),
    Look.RETRO: timedelta(hours=24),
}
"""How long after closing each is due."""

REMIND_BEFORE: dict[str, timedelta] = {
    Look.REVIEW: timedelta(minutes=10),
    Look.RETRO: timedelta(hours=1),
}
"""How long before the due time its commander is reminded."""

DEPUTY_REMINDED_AFTER: dict[str, timedelta] = {
    Look.REVIEW: timedelta(minutes=30),
    Look.RETRO: timedelta(hours=4),
}
"""How late it is when the deputy is reminded too."""

ADMINS_SEE_AFTER: dict[str, timedelta] = {
    Look.REVIEW: timedelta(hours=2),
    Look.RETRO: timedelta(hours=24),
}
"""How late it is when it becomes work of the admins too."""

SOON_KIND, DUE_KIND, LATE_KIND = "soon", "due", "late"
REMINDER_KINDS = tuple(
    f"{look}.{step}" for look in Look for step in (SOON_KIND, DUE_KIND, LATE_KIND)
)


def last_reminder(look: str, due_at: datetime, now: datetime) -> tuple[str, datetime] | None:
    """The kind (``review.soon``) and time of the last reminder that is due.

    Only the last, so that after a long stop people are reminded once.
    """
    steps = (
        (LATE_KIND, due_at + DEPUTY_REMINDED_AFTER[look]),
        (DUE_KIND, due_at),
        (SOON_KIND, due_at - REMIND_BEFORE[look]),
    )
    return next(((f"{look}.{step}", at) for step, at in steps if now >= at), None)


NO_WORK = backlog.WorkFacts("")


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """One answer and what follows from it.

    ``follows`` is empty while nothing was chosen; ``work`` counts only where an item follows.
    """

    question: str
    text: str
    follows: str = ""
    why_not: str = ""
    work: backlog.WorkFacts = NO_WORK


def open_violations(look: str, is_finished: bool, is_superseded: bool) -> Violations:
    """``R-LOCKED``: a review or retro is finished once, and not after a later closing."""
    if is_finished:
        sentence = f"The {look} is finished already: add a later thought to it."
    elif is_superseded:
        sentence = f"It was closed again since: the {look} of that closing takes its place."
    else:
        return ()
    return (Violation("R-LOCKED", sentence),)


def finish_violations(look: str, answers: Iterable[AnswerFacts], today: date) -> Violations:
    """Every reason why it cannot be finished, in the order of the form."""
    follow_up = _review if look == Look.REVIEW else _retro
    return tuple(
        violation
        for answer in answers
        for violation in (*_answer(answer), *follow_up(answer, today))
    )


def _answer(answer: AnswerFacts) -> Violations:
    """``R-ANSWER``: every question is answered in words."""
    name = Question(answer.question).label
    return backlog.text_violations(
        "R-ANSWER", answer.question, answer.text, f"Answer “{name}” in words."
    )


def _review(answer: AnswerFacts, today: date) -> Violations:
    """What follows from an answer of the review.

    ``R-FOLLOWS``: for each answer it is chosen whether an item follows.
    ``R-WHY``: where no item follows, a reason says why.
    """
    if answer.follows == Follows.ITEM:
        return _work(answer, today)
    if answer.follows == Follows.NONE:
        ask = "Say why no item follows from this answer."
        return backlog.text_violations("R-WHY", f"{answer.question}_why", answer.why_not, ask)
    sentence = "Choose: it becomes a backlog item, or say why not."
    return (Violation("R-FOLLOWS", sentence, f"{answer.question}_follows"),)


def _retro(answer: AnswerFacts, today: date) -> Violations:
    """Only the proposal of a retro becomes an item, with an owner and a due date."""
    if answer.question != Question.PROPOSAL:
        return ()
    # Its title is taken from the proposal, whose absence is a violation already.
    return tuple(
        violation
        for violation in _work(answer, today)
        if violation.field != f"{answer.question}_title"
    )


def title_of(proposal: str) -> str:
    """The title of the item that a proposal becomes: its first line with content."""
    lines = (line.strip() for line in proposal.splitlines())
    return next((line for line in lines if not says_nothing(line)), " ".join(proposal.split()))


def _work(answer: AnswerFacts, today: date) -> Violations:
    """The rules of any item, and two more.

    ``R-OWNER``: an item that follows from an answer has an owner.
    ``R-DUE``: an item that follows from an answer has a due date.
    """
    violations = [
        replace(problem, field=f"{answer.question}_{problem.field}")
        for problem in backlog.new_violations(answer.work, today)
    ]
    if answer.work.owner is None:
        violations.append(Violation("R-OWNER", "Name who does it.", f"{answer.question}_owner"))
    if answer.work.due_on is None:
        sentence = "Say until when: a day, like 2026-03-07."
        violations.append(Violation("R-DUE", sentence, f"{answer.question}_due_on"))
    return tuple(violations)


def thought_violations(look: str, is_finished: bool, text: str) -> Violations:
    """What a later thought needs.

    ``R-OPEN``: a later thought is added to a finished review or retro only.
    ``R-ADDED``: a later thought is in words.
    """
    if not is_finished:
        sentence = f"The {look} is not finished: write into it."
        return (Violation("R-OPEN", sentence, f"{look}_thought"),)
    return backlog.text_violations("R-ADDED", f"{look}_thought", text, "Write what you think now.")

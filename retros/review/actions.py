"""Looking back at a closing: drafts, finishing a review or a retro for good, later thoughts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from incidents.actions.draft_steps import save_draft_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import RefusedAfterCommit, incident_action
from incidents.models import Incident
from incidents.rules.draft import NO_STAMP, DraftStamp
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text, masked_raw
from retros.backlog.rules import MAX_TITLE_CHARACTERS, today
from retros.backlog.steps import WorkInput, work_facts
from retros.models import Addendum, LookBack, LookBackDraft
from retros.review import rules
from retros.review.steps import AnswerInput, finish_step
from retros.vocabulary import QUESTIONS, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewInput:
    """A review or retro as typed: ``answers`` by question.

    ``unreadable`` are the fields that could not even be read; ``raw`` is the form as sent, saved as
    the draft when it is refused.
    """

    answers: Mapping[str, AnswerInput] = field(default_factory=dict)
    unreadable: tuple[Violation, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)
    stamp: DraftStamp = NO_STAMP


def save_draft(
    actor: Actor,
    incident_id: int,
    closing: int,
    kind: str,
    raw: Mapping[str, Any],
    *,
    stamp: DraftStamp = NO_STAMP,
    now: datetime,
) -> LookBackDraft | None:
    """Save what the author has typed so far, secrets masked; None when it is finished already.

    A draft leaves no entry. One that arrives after the finishing must not come back as a draft.
    """
    masked = masked_raw(raw)
    with incident_action("review.write", actor, incident_id, now) as incident:
        look = _find(incident, closing, kind)
        return _save_draft(actor, look, masked, stamp, now) if look.is_open else None


def finish(
    actor: Actor,
    incident_id: int,
    closing: int,
    kind: str,
    review: ReviewInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> LookBack:
    """Finish the review or the retro of a closing, for good; its effects are ``finish_step``'s.

    Refused: ``Refused`` carries every unmet rule, and what was typed stays as the author's draft.
    """
    with incident_action("review.write", actor, incident_id, now, once=once) as incident:
        look = _find(incident, closing, kind)
        is_finished, is_superseded = look.finished_at is not None, look.superseded_at is not None
        if violations := rules.open_violations(kind, is_finished, is_superseded):
            raise Refused(violations)
        answers = {
            question.value: _cleaned(question, review.answers.get(question, AnswerInput()))
            for question in QUESTIONS[kind]
        }
        violations = review.unreadable + _unmet(look, answers, now, review.unreadable)
        if violations:
            _save_draft(actor, look, masked_raw(review.raw), review.stamp, now)
            raise RefusedAfterCommit(violations)
        finish_step(incident, look, answers, actor, now)
        redirect_submission(once, look.get_absolute_url())
    return look


def add_thought(
    actor: Actor,
    incident_id: int,
    closing: int,
    kind: str,
    *,
    text: str,
    now: datetime,
    once: UUID | None = None,
) -> Addendum:
    """Add a later thought to a finished review or retro."""
    with incident_action("review.write", actor, incident_id, now, once=once) as incident:
        look = _find(incident, closing, kind)
        text = clean_text(text, rules.MAX_ANSWER_CHARACTERS)
        if violations := rules.thought_violations(kind, look.finished_at is not None, text):
            raise Refused(violations)
        assert actor.id is not None
        addendum = Addendum.objects.create(look=look, text=text, added_at=now, added_by_id=actor.id)
        record(incident, f"{kind}.added", actor, now, text=text, closing=closing)
        redirect_submission(once, look.get_absolute_url())
    return addendum


def _find(incident: Incident, closing: int, kind: str) -> LookBack:
    rows = LookBack.objects.filter(incident=incident).select_related("closing")
    look = rows.get(closing__number=closing, kind=kind)
    look.incident = incident
    return look


def _save_draft(
    actor: Actor, look: LookBack, raw: dict[str, list[str]], stamp: DraftStamp, now: datetime
) -> LookBackDraft:
    return save_draft_step(LookBackDraft, raw, stamp, now, look=look, author_id=actor.id)


def _cleaned(question: str, answer: AnswerInput) -> AnswerInput:
    text = clean_text(answer.text, rules.MAX_ANSWER_CHARACTERS)
    title = answer.title
    if question == Question.PROPOSAL:
        title = rules.title_of(text)
    return replace(
        answer,
        text=text,
        why_not=clean_text(answer.why_not, rules.MAX_REASON_CHARACTERS),
        title=clean_text(" ".join(title.split()), MAX_TITLE_CHARACTERS),
    )


def _unmet(
    look: LookBack,
    answers: Mapping[str, AnswerInput],
    now: datetime,
    unreadable: tuple[Violation, ...],
) -> tuple[Violation, ...]:
    """Every unmet rule but those of unreadable fields, which have a violation already."""
    facts = (_facts(look.incident, question, answer) for question, answer in answers.items())
    fields = {violation.field for violation in unreadable}
    violations = rules.finish_violations(look.kind, facts, today(now))
    return tuple(violation for violation in violations if violation.field not in fields)


def _facts(incident: Incident, question: str, answer: AnswerInput) -> rules.AnswerFacts:
    work = WorkInput(title=answer.title, owner=answer.owner, due_on=answer.due_on)
    return rules.AnswerFacts(
        question, answer.text, answer.follows, answer.why_not, work_facts(incident, work)
    )

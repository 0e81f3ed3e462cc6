"""Looking back at a closing: what is typed is kept, what is finished is locked, thoughts follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from incidents.actions.decision_input import masked_raw
from incidents.actions.ownership import can_answer
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import RefusedAfterCommit, incident_action
from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.rules.risk import RiskOwner
from incidents.rules.wording import duration
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text
from retros.backlog import actions as backlog
from retros.backlog.actions import DETAIL, TITLE, Work, today
from retros.backlog.rules import Item
from retros.models import Addendum, Answer, BacklogItem, Closing, LookBack, LookBackDraft
from retros.review import rules
from retros.vocabulary import QUESTIONS, Follows, Look, Question

TEXT, WHY_NOT = 2000, 500
"""The longest that each text may be, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer as its author filled it in. ``title`` is of the item, where one follows."""

    text: str = ""
    follows: str = ""
    why_not: str = ""
    title: str = ""
    owner: Person | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A review or retro as typed: ``answers`` by question.

    ``shape`` is what could not even be read, ``raw`` the form, kept as the draft when refused.
    """

    answers: Mapping[str, Said] = field(default_factory=dict)
    shape: tuple[Violation, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


def begin(closing: Closing, now: datetime, **_: object) -> None:
    """Within the transaction that closes: a review and a retro of this closing.

    What an earlier closing left unfinished is superseded; drafts of it go on into the new one.
    """
    incident = closing.incident
    for kind in Look:
        left = LookBack.objects.open().filter(incident=incident, kind=kind).first()
        if left is not None:
            left.superseded_at = now
            left.save(update_fields=["superseded_at"])
        due_at = now + rules.DUE[kind]
        made = LookBack.objects.create(incident=incident, closing=closing, kind=kind, due_at=due_at)
        LookBackDraft.objects.filter(look=left).update(look=made)


def save_draft(
    actor: Actor,
    incident_id: int,
    closing: int,
    kind: str,
    data: Mapping[str, Any],
    *,
    now: datetime,
) -> LookBackDraft | None:
    """Keep what the author has typed so far, secrets masked; None when it is finished already.

    No entry: a draft is on its way only. What is still on its way when it was finished must not
    come back as a draft.
    """
    kept = masked_raw(data)
    with incident_action("review.write", actor, incident_id, now) as incident:
        look = _find(incident, closing, kind)
        return _write_draft(actor, look, kept, now) if look.is_open else None


def finish(
    actor: Actor,
    incident_id: int,
    closing: int,
    kind: str,
    written: Written,
    *,
    now: datetime,
    once: UUID | None = None,
) -> LookBack:
    """Finish the review or the retro of a closing, for good.

    Effects, in order: the backlog items, the answers, the lock, one entry; drafts of it are gone.
    Refused: ``Refused`` carries every unmet rule, and what was typed stays as the author's draft.
    """
    with incident_action("review.write", actor, incident_id, now, once=once) as incident:
        look = _find(incident, closing, kind)
        _check_open(look)
        answers = {
            question.value: _masked(question, written.answers.get(question, Said()))
            for question in QUESTIONS[kind]
        }
        problems = written.shape + _unmet(look, answers, now, written.shape)
        if problems:
            _write_draft(actor, look, masked_raw(written.raw), now)
            raise RefusedAfterCommit(problems)
        _finish(look, answers, actor, now)
        redirect_submission(once, look_href(look))
    return look


def add(
    actor: Actor,
    incident_id: int,
    closing: int,
    kind: str,
    *,
    text: str,
    now: datetime,
    once: UUID | None = None,
) -> Addendum:
    """Add a later thought to what is finished."""
    with incident_action("review.write", actor, incident_id, now, once=once) as incident:
        look = _find(incident, closing, kind)
        if look.finished_at is None:
            words = f"The {kind} is not finished: write into it."
            raise Refused.because("R-OPEN", words, f"{kind}_thought")
        text = clean_text(text, TEXT)
        if problems := rules.addendum(kind, text):
            raise Refused(problems)
        assert actor.id is not None
        made = Addendum.objects.create(look=look, text=text, added_at=now, added_by_id=actor.id)
        record(incident, f"{kind}.added", actor, now, text=text, closing=closing)
        redirect_submission(once, look_href(look))
    return made


def look_href(look: LookBack) -> str:
    """Where it is written and read."""
    return reverse("retro-of", args=[look.incident_id, look.closing.number]) + f"#{look.kind}"


def _find(incident: Incident, closing: int, kind: str) -> LookBack:
    rows = LookBack.objects.filter(incident=incident).select_related("closing")
    look = rows.get(closing__number=closing, kind=kind)
    look.incident = incident
    return look


def _check_open(look: LookBack) -> None:
    if look.finished_at is not None:
        words = f"The {look.kind} is finished already: add a later thought to it."
        raise Refused.because("R-OVER", words)
    if look.superseded_at is not None:
        words = f"It was closed again since: the {look.kind} of that closing takes its place."
        raise Refused.because("R-OVER", words)


def _write_draft(
    actor: Actor, look: LookBack, data: dict[str, list[str]], now: datetime
) -> LookBackDraft:
    draft, _ = LookBackDraft.objects.update_or_create(
        look=look, author_id=actor.id, defaults={"data": data, "saved_at": now}
    )
    return draft


def _masked(question: str, answer: Said) -> Said:
    text = clean_text(answer.text, TEXT)
    title = answer.title
    if question == Question.PROPOSAL:
        title = rules.title_of(text)
    return replace(
        answer,
        text=text,
        why_not=clean_text(answer.why_not, WHY_NOT),
        title=clean_text(" ".join(title.split()), TITLE),
    )


def _unmet(
    look: LookBack, answers: Mapping[str, Said], now: datetime, shape: tuple[Violation, ...]
) -> tuple[Violation, ...]:
    """Every unmet rule but those of fields that could not be read: these are told already."""
    judged = (_judged(look.incident, question, one) for question, one in answers.items())
    unread = {one.field for one in shape}
    found = rules.unmet(look.kind, judged, today(now))
    return tuple(one for one in found if one.field not in unread)


def _judged(incident: Incident, question: str, one: Said) -> rules.Answered:
    owner = one.owner
    answers = RiskOwner(owner.pk, str(owner), can_answer(incident, owner)) if owner else None
    item = Item(one.title, due_on=one.due_on, owner=answers)
    return rules.Answered(question, one.text, one.follows, one.why_not, item)


def _finish(look: LookBack, answers: Mapping[str, Said], actor: Actor, now: datetime) -> None:
    check_locked(look.incident)
    told = []
    for question, one in answers.items():
        item = _item(look, question, one, actor, now)
        why_not = one.why_not if one.follows == Follows.NONE and item is None else ""
        Answer.objects.create(
            look=look, question=question, text=one.text, item=item, why_not=why_not
        )
        told.append(
            {
                "question": str(Question(question).label),
                "text": one.text,
                "item": str(item or ""),
                "why_not": why_not,
            }
        )
    look.finished_at, look.finished_by_id = now, actor.id
    look.save(update_fields=["finished_at", "finished_by"])
    look.drafts.all().delete()
    late = duration(now - look.due_at) if look.was_late else ""
    number = look.closing.number
    record(
        look.incident, f"{look.kind}.finished", actor, now, closing=number, late=late, answers=told
    )


def _item(
    look: LookBack, question: str, one: Said, actor: Actor, now: datetime
) -> BacklogItem | None:
    """The backlog item that an answer becomes, if it becomes one."""
    if question != Question.PROPOSAL and one.follows != Follows.ITEM:
        return None
    of = f"From the {look.kind} of {look.incident.reference}."
    detail = f"{of} {Question(question).label}\n\n{one.text}"
    work = Work(title=one.title, detail=detail[:DETAIL], owner=one.owner, due_on=one.due_on)
    return backlog.add_step(look.incident, work, actor, now)

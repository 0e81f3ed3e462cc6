"""Steps of looking back, within the transaction of an action that locked the incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.rules.wording import duration
from incidents.timeline.record import record
from kernel.actor import Actor
from retros.backlog.rules import MAX_DETAIL_CHARACTERS
from retros.backlog.steps import WorkInput, add_step
from retros.models import Answer, BacklogItem, Closing, LookBack, LookBackDraft
from retros.review import rules
from retros.vocabulary import Follows, Look, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInput:
    """An answer as its author filled it in. ``title`` is that of the item, where one follows."""

    text: str = ""
    follows: str = ""
    why_not: str = ""
    title: str = ""
    owner: Person | None = None
    due_on: date | None = None


def begin_step(incident: Incident, closing: Closing, now: datetime, **_: object) -> None:
    """Begin a review and a retro of this closing.

    What an earlier closing left unfinished is superseded; its drafts go on in the new one.
    """
    check_locked(incident)
    for kind in Look:
        unfinished = LookBack.objects.open().filter(incident=incident, kind=kind).first()
        if unfinished is not None:
            unfinished.superseded_at = now
            unfinished.save(update_fields=["superseded_at"])
        due_at = now + rules.DUE_AFTER[kind]
        look = LookBack.objects.create(incident=incident, closing=closing, kind=kind, due_at=due_at)
        LookBackDraft.objects.filter(look=unfinished).update(look=look)


def finish_step(
    incident: Incident,
    look: LookBack,
    answers: Mapping[str, AnswerInput],
    actor: Actor,
    now: datetime,
) -> None:
    """Finish a review or retro whose answers were judged.

    Effects, in order: the backlog items, the answers, the lock, one entry; its drafts are deleted.
    """
    check_locked(incident)
    entries = []
    for question, answer in answers.items():
        work = _add_work_step(incident, look, question, answer, actor, now)
        why_not = answer.why_not if answer.follows == Follows.NONE and work is None else ""
        Answer.objects.create(
            look=look, question=question, text=answer.text, item=work, why_not=why_not
        )
        entries.append(
            {
                "question": str(Question(question).label),
                "text": answer.text,
                "item": str(work or ""),
                "why_not": why_not,
            }
        )
    look.finished_at, look.finished_by_id = now, actor.id
    look.save(update_fields=["finished_at", "finished_by"])
    look.drafts.all().delete()
    late = duration(now - look.due_at) if look.was_late else ""
    number = look.closing.number
    record(
        incident, f"{look.kind}.finished", actor, now, closing=number, late=late, answers=entries
    )


def _add_work_step(
    incident: Incident,
    look: LookBack,
    question: str,
    answer: AnswerInput,
    actor: Actor,
    now: datetime,
) -> BacklogItem | None:
    """Note the backlog item that an answer becomes, if it becomes one."""
    if question != Question.PROPOSAL and answer.follows != Follows.ITEM:
        return None
    origin = f"From the {look.kind} of {incident.reference}."
    detail = f"{origin} {Question(question).label}\n\n{answer.text}"[:MAX_DETAIL_CHARACTERS]
    work = WorkInput(title=answer.title, detail=detail, owner=answer.owner, due_on=answer.due_on)
    return add_step(incident, work, actor, now)

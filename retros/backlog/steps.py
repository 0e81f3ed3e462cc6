"""Steps of hardening work, within the transaction of an action that locked the incident."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from incidents.actions import ownership
from incidents.actions.numbers import draw_number
from incidents.actions.ownership import can_answer
from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.rules.risk import RiskOwner
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from retros.backlog import rules
from retros.models import BacklogItem


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkInput:
    """What is to be done, as somebody typed it. ``due_on`` is a day in UTC."""

    title: str = ""
    detail: str = ""
    owner: Person | None = None
    due_on: date | None = None
    tracker: str = ""


def add_step(incident: Incident, work: WorkInput, actor: Actor, now: datetime) -> BacklogItem:
    """Judge and note an item, and notify its owner."""
    check_locked(incident)
    work = cleaned(work)
    if violations := rules.new_violations(work_facts(incident, work), rules.today(now)):
        raise Refused(violations)
    assert actor.id is not None
    item = BacklogItem.objects.create(
        pk=draw_number(BacklogItem, restricted=incident.restricted),
        incident=incident,
        title=work.title,
        detail=work.detail,
        owner=work.owner,
        due_on=work.due_on,
        tracker=work.tracker,
        created_at=now,
        created_by_id=actor.id,
    )
    record_step(incident, item, "backlog.noted", actor, now, detail=item.detail)
    notify_owner_step(incident, item, actor, now)
    return item


def cleaned(work: WorkInput) -> WorkInput:
    """The same with its secrets masked and its texts cut to their limits."""
    return replace(
        work,
        title=clean_text(" ".join(work.title.split()), rules.MAX_TITLE_CHARACTERS),
        detail=clean_text(work.detail, rules.MAX_DETAIL_CHARACTERS),
        tracker=clean_text(work.tracker, rules.MAX_TRACKER_CHARACTERS),
    )


def work_facts(incident: Incident, work: WorkInput) -> rules.WorkFacts:
    """What the rules judge of it."""
    owner = work.owner
    answers = RiskOwner(owner.pk, str(owner), can_answer(incident, owner)) if owner else None
    return rules.WorkFacts(work.title, work.tracker, work.due_on, answers)


def record_step(
    incident: Incident,
    item: BacklogItem,
    kind: str,
    actor: Actor,
    now: datetime,
    **details: Any,
) -> None:
    """One entry with the whole item as it is now."""
    record(
        incident,
        kind,
        actor,
        now,
        subject=item.reference,
        title=item.title,
        owner=str(item.owner) if item.owner else "",
        owner_id=item.owner_id,
        due_on=item.due_on.isoformat() if item.due_on else "",
        tracker=item.tracker,
        state=str(item.state),
        **details,
    )


def notify_owner_step(incident: Incident, item: BacklogItem, actor: Actor, now: datetime) -> None:
    """A notice to the owner, unless they took the item themselves."""
    if item.owner is not None:
        href, reference = item.get_absolute_url(), item.reference
        kind = "backlog.owned"
        ownership.notify_owner_step(
            incident, item.owner, actor, kind, reference, item.title, href, now
        )

"""Hardening work: noted, given, begun, done, dropped. In an incident of any status: it outlives it.

Every entry carries the whole item as it then stands.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from incidents.actions.ownership import can_answer, notify_owner_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action
from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.rules.risk import RiskOwner
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text
from retros.backlog import rules
from retros.models import BacklogItem
from retros.vocabulary import BacklogState

TITLE, DETAIL, TRACKER, REASON = 200, 2000, 500, 500
"""The longest that each text may be, in characters."""

_WHY_DROPPED = "Say why it is not done."
_WHY_REOPENED = "Say why it is open again."
_CHANGES = {"title": "title", "owner": "owner", "due_on": "due date", "tracker": "tracker"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be done, as somebody typed it. ``due_on`` is a day in UTC."""

    title: str = ""
    detail: str = ""
    owner: Person | None = None
    due_on: date | None = None
    tracker: str = ""


def add(
    actor: Actor, incident_id: int, work: Work, *, now: datetime, once: UUID | None = None
) -> BacklogItem:
    """Note an item (HARD-n). It may lack owner and day: the closure gate asks for both."""
    with incident_action("backlog.change", actor, incident_id, now, once=once) as incident:
        item = add_step(incident, work, actor, now)
        redirect_submission(once, item.get_absolute_url())
    return item


def add_step(incident: Incident, work: Work, actor: Actor, now: datetime) -> BacklogItem:
    """The same within a transaction that holds the incident: judged, noted, its owner told."""
    check_locked(incident)
    work = _masked(work)
    _refuse(rules.noted(_judged(incident, work), today(now)))
    assert actor.id is not None
    item = BacklogItem.objects.create(
        incident=incident,
        title=work.title,
        detail=work.detail,
        owner=work.owner,
        due_on=work.due_on,
        tracker=work.tracker,
        created_at=now,
        created_by_id=actor.id,
    )
    _record(item, "backlog.noted", actor, now, detail=item.detail)
    _tell(item, actor, now)
    return item


def change(
    actor: Actor,
    incident_id: int,
    number: int,
    work: Work,
    *,
    now: datetime,
    once: UUID | None = None,
) -> BacklogItem:
    """Change title, owner, day and tracker of an open item. Its detail stays as it was noted."""
    with _act("change", actor, incident_id, number, now, once) as item:
        before, work = _standing(item), _masked(replace(work, detail=""))
        was, after = _judged(item.incident, before), _judged(item.incident, work)
        _refuse(rules.changed(was, after, today(now)))
        changed = [name for name in _CHANGES if getattr(before, name) != getattr(work, name)]
        for name in changed:
            setattr(item, name, getattr(work, name))
        item.save(update_fields=changed)
        words = [_CHANGES[name] for name in changed]
        _record(item, "backlog.changed", actor, now, changed=words)
        if "owner" in changed:
            _tell(item, actor, now)
    return item


def begin(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> BacklogItem:
    """Say that it is being worked on."""
    with _act("begin", actor, incident_id, number, now, once) as item:
        _move(item, BacklogState.STARTED)
        _record(item, "backlog.begun", actor, now)
    return item


def done(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> BacklogItem:
    """Say that it is done."""
    with _act("done", actor, incident_id, number, now, once) as item:
        _move(item, BacklogState.DONE, now)
        _record(item, "backlog.done", actor, now)
    return item


def drop(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> BacklogItem:
    """Give it up, with the reason. It stays on record."""
    with _act("drop", actor, incident_id, number, now, once) as item:
        words = clean_text(reason, REASON)
        _refuse(rules.reason(words, _WHY_DROPPED))
        _move(item, BacklogState.DROPPED, now, words)
        _record(item, "backlog.dropped", actor, now, reason=words)
    return item


def reopen(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> BacklogItem:
    """Open again what was done or dropped, with the reason."""
    with _act("reopen", actor, incident_id, number, now, once) as item:
        words = clean_text(reason, REASON)
        _refuse(rules.reason(words, _WHY_REOPENED))
        _move(item, BacklogState.OPEN)
        _record(item, "backlog.reopened", actor, now, reason=words)
    return item


def today(now: datetime) -> date:
    """The day that due dates are held against."""
    return now.astimezone(UTC).date()


@contextmanager
def _act(
    step: str, actor: Actor, incident_id: int, number: int, now: datetime, once: UUID | None
) -> Iterator[BacklogItem]:
    """The incident's lock holds its items too; then whether the item may take this step."""
    with incident_action("backlog.change", actor, incident_id, now, once=once) as incident:
        item = incident.backlog.select_related("owner").get(pk=number)
        item.incident = incident
        _refuse(rules.step(step, item.reference, item.state))
        yield item
        redirect_submission(once, item.get_absolute_url())


def _move(
    item: BacklogItem, state: BacklogState, closed_at: datetime | None = None, reason: str = ""
) -> None:
    item.state, item.closed_at, item.reason = state, closed_at, reason
    item.save(update_fields=["state", "closed_at", "reason"])


def _masked(work: Work) -> Work:
    return replace(
        work,
        title=clean_text(" ".join(work.title.split()), TITLE),
        detail=clean_text(work.detail, DETAIL),
        tracker=clean_text(work.tracker, TRACKER),
    )


def _standing(item: BacklogItem) -> Work:
    return Work(title=item.title, owner=item.owner, due_on=item.due_on, tracker=item.tracker)


def _judged(incident: Incident, work: Work) -> rules.Item:
    owner = work.owner
    answers = RiskOwner(owner.pk, str(owner), can_answer(incident, owner)) if owner else None
    return rules.Item(work.title, work.tracker, work.due_on, answers)


def _record(item: BacklogItem, kind: str, actor: Actor, now: datetime, **data: Any) -> None:
    record(
        item.incident,
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
        **data,
    )


def _tell(item: BacklogItem, actor: Actor, now: datetime) -> None:
    if item.owner is not None:
        href, reference = item.get_absolute_url(), item.reference
        kind = "backlog.owned"
        notify_owner_step(item.incident, item.owner, actor, kind, reference, item.title, href, now)


def _refuse(problems: Sequence[Violation]) -> None:
    if problems:
        raise Refused(problems)

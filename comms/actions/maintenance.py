"""Windows of planned work. They belong to no incident: ``MaintenanceUpdate`` is their record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from comms.delivery.fan_out import announce
from comms.models import Maintenance, MaintenanceUpdate
from comms.rules import maintenance as rules
from comms.status.invalidate import changed
from incidents.actions.submissions import redirect_submission, submit_once
from incidents.actions.transaction import next_number
from incidents.models import Person, Surface
from incidents.permissions import require
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text

_BEGUN = "The work has begun."
_ENDED = "The work is done."


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is planned, as its author filled it in."""

    title: str = ""
    text: str = ""
    audience: str = ""
    surfaces: Sequence[Surface] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def plan(actor: Actor, written: Planned, *, now: datetime, once: UUID | None = None) -> Maintenance:
    """Put a window on the status page, and tell who follows it."""
    with transaction.atomic(durable=True):
        require("maintenance.change", actor)
        submit_once(once, actor, now, reverse("maintenances"))
        written = _masked(written)
        _refuse(rules.planned(_judged(written), now))
        by = Person.objects.get(pk=actor.id)
        row = Maintenance(planned_at=now, planned_by=by, changed_at=now)
        _fill(row, written)
        row.save()
        row.surfaces.set(written.surfaces)
        redirect_submission(once, row.get_absolute_url())
        _say(row, row.text, by, now)
    return row


def change(
    actor: Actor,
    pk: int,
    written: Planned,
    *,
    text: str,
    now: datetime,
    once: UUID | None = None,
) -> Maintenance:
    """Change a window that has not begun; ``text`` tells readers what is different."""
    with _act("change", actor, pk, now, once) as (row, by):
        written, words = _masked(written), clean_text(text, 2000)
        told = [replace(one, field="note") for one in rules.note(words)]
        readers = rules.same_readers(row.audience, written.audience)
        _refuse((*rules.planned(_judged(written), now), *readers, *told))
        _fill(row, written)
        row.surfaces.set(written.surfaces)
        _keep(row, words, by, now)
    return row


def begin(
    actor: Actor, pk: int, *, text: str = "", now: datetime, once: UUID | None = None
) -> Maintenance:
    """Begin before the time that was planned."""
    with _act("begin", actor, pk, now, once) as (row, by):
        row.began_at = now
        _keep(row, clean_text(text, 2000) or _BEGUN, by, now)
    return row


def end(
    actor: Actor, pk: int, *, text: str = "", now: datetime, once: UUID | None = None
) -> Maintenance:
    """End before the time that was planned."""
    with _act("end", actor, pk, now, once) as (row, by):
        row.ended_at = now
        _keep(row, clean_text(text, 2000) or _ENDED, by, now)
    return row


def extend(
    actor: Actor,
    pk: int,
    *,
    ends_at: datetime | None,
    text: str,
    now: datetime,
    once: UUID | None = None,
) -> Maintenance:
    """Say that a window in progress ends later, and why."""
    with _act("extend", actor, pk, now, once) as (row, by):
        words, begins = clean_text(text, 2000), row.began_at or row.starts_at
        _refuse((*rules.extended(begins, row.ends_at, ends_at, now), *rules.note(words)))
        assert ends_at is not None
        row.ends_at = ends_at
        _keep(row, words, by, now)
    return row


def cancel(
    actor: Actor, pk: int, *, text: str, now: datetime, once: UUID | None = None
) -> Maintenance:
    """Cancel a window that has not begun. It stays, as cancelled: calendars must learn of it."""
    with _act("cancel", actor, pk, now, once) as (row, by):
        words = clean_text(text, 2000)
        _refuse(rules.note(words))
        row.cancelled_at = now
        _keep(row, words, by, now)
    return row


def note(
    actor: Actor, pk: int, *, text: str, now: datetime, once: UUID | None = None
) -> Maintenance:
    """Tell readers more, without changing the window."""
    with _act("note", actor, pk, now, once) as (row, by):
        words = clean_text(text, 2000)
        _refuse(rules.note(words))
        _keep(row, words, by, now)
    return row


@contextmanager
def _act(
    step: str, actor: Actor, pk: int, now: datetime, once: UUID | None
) -> Iterator[tuple[Maintenance, Person]]:
    """Permission, then the window's lock, then whether it is in a state for this step."""
    with transaction.atomic(durable=True):
        require("maintenance.change", actor)
        row = Maintenance.objects.select_for_update().get(pk=pk)
        submit_once(once, actor, now, row.get_absolute_url())
        _refuse(rules.step(step, row.state(now)))
        yield row, Person.objects.get(pk=actor.id)


def _masked(written: Planned) -> Planned:
    return replace(
        written, title=clean_text(written.title, 120), text=clean_text(written.text, 2000)
    )


def _judged(written: Planned) -> rules.Window:
    return rules.Window(
        written.title,
        written.text,
        written.audience,
        len(written.surfaces),
        written.starts_at,
        written.ends_at,
    )


def _fill(row: Maintenance, written: Planned) -> None:
    # What the rules have just required.
    assert written.starts_at is not None
    assert written.ends_at is not None
    row.title, row.text, row.audience = written.title, written.text, written.audience
    row.starts_at, row.ends_at = written.starts_at, written.ends_at


def _keep(row: Maintenance, text: str, by: Person, now: datetime) -> None:
    """The change itself: counted for calendars, dated, and said."""
    row.sequence += 1
    row.changed_at = now
    row.save()
    _say(row, text, by, now)


def _say(row: Maintenance, text: str, by: Person, now: datetime) -> None:
    made = MaintenanceUpdate.objects.create(
        maintenance=row,
        number=next_number(row.updates.all()),
        state=row.state(now),
        text=text,
        published_at=now,
        published_by=by,
    )
    changed()
    announce(made, now)


def _refuse(problems: Sequence[Violation]) -> None:
    if problems:
        raise Refused(problems)

"""Windows of planned work. They belong to no incident: their record is ``MaintenanceUpdate``."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from comms.delivery.fan_out import announce_step
from comms.models import Maintenance, MaintenanceUpdate
from comms.rules import maintenance as rules
from comms.status.invalidate import mark_changed_step
from incidents.actions.submissions import redirect_submission, submit_once
from incidents.actions.transaction import next_number
from incidents.models import Person, Surface
from incidents.permissions import require
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_line, clean_text

_BEGUN_TEXT = "The work has begun."
_ENDED_TEXT = "The work is done."

BATCH_SIZE = 50
"""Windows that one tick begins or ends."""

ANNOUNCED_WITHIN = timedelta(days=1)
"""A beginning or an end that lies further back is no news: nobody is told of it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceInput:
    """A window as its author filled in the form."""

    title: str = ""
    text: str = ""
    audience: str = ""
    surfaces: Sequence[Surface] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def plan(
    actor: Actor, planned: MaintenanceInput, *, now: datetime, once: UUID | None = None
) -> Maintenance:
    """Plan a window: it appears on the status page, and its followers are notified."""
    with transaction.atomic(durable=True):
        require("maintenance.change", actor)
        submit_once(once, actor, now, reverse("maintenances"))
        planned = _cleaned(planned)
        _refuse(rules.plan_violations(_to_judge(planned), now))
        by = Person.objects.get(pk=actor.id)
        row = Maintenance(planned_at=now, planned_by=by, changed_at=now)
        _fill(row, planned, now)
        row.save()
        row.surfaces.set(planned.surfaces)
        redirect_submission(once, row.get_absolute_url())
        _publish(row, row.text, by, now)
    return row


def change(
    actor: Actor,
    pk: int,
    planned: MaintenanceInput,
    *,
    text: str,
    now: datetime,
    once: UUID | None = None,
) -> Maintenance:
    """Change a window that has not begun; ``text`` tells readers what is different."""
    with _maintenance_action("change", actor, pk, now, once) as (row, by):
        planned, cleaned = _cleaned(planned), clean_text(text, 2000)
        note_problems = [
            replace(problem, field="note") for problem in rules.note_violations(cleaned)
        ]
        readers = rules.audience_change_violations(row.audience, planned.audience)
        _refuse((*rules.plan_violations(_to_judge(planned), now), *readers, *note_problems))
        _fill(row, planned, now)
        row.surfaces.set(planned.surfaces)
        _save(row, cleaned, by, now)
    return row


def begin(
    actor: Actor, pk: int, *, text: str = "", now: datetime, once: UUID | None = None
) -> Maintenance:
    """Begin before the time that was planned."""
    with _maintenance_action("begin", actor, pk, now, once) as (row, by):
        row.began_at = now
        _save(row, clean_text(text, 2000) or _BEGUN_TEXT, by, now)
    return row


def end(
    actor: Actor, pk: int, *, text: str = "", now: datetime, once: UUID | None = None
) -> Maintenance:
    """End before the time that was planned."""
    with _maintenance_action("end", actor, pk, now, once) as (row, by):
        row.ended_at = now
        _save(row, clean_text(text, 2000) or _ENDED_TEXT, by, now)
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
    """Extend a window in progress, or one that has ended and goes on, with a reason."""
    with _maintenance_action("extend", actor, pk, now, once) as (row, by):
        cleaned, begins = clean_text(text, 2000), row.begins
        _refuse(
            (
                *rules.extension_violations(begins, row.ends, ends_at, now),
                *rules.note_violations(cleaned),
            )
        )
        assert ends_at is not None
        row.ends_at, row.ended_at = ends_at, None
        row.began_at = begins
        _save(row, cleaned, by, now)
    return row


def cancel(
    actor: Actor, pk: int, *, text: str, now: datetime, once: UUID | None = None
) -> Maintenance:
    """Cancel a window that has not begun. The row stays, so that calendars learn of it."""
    with _maintenance_action("cancel", actor, pk, now, once) as (row, by):
        cleaned = clean_text(text, 2000)
        _refuse(rules.note_violations(cleaned))
        row.cancelled_at = now
        _save(row, cleaned, by, now)
    return row


def note(
    actor: Actor, pk: int, *, text: str, now: datetime, once: UUID | None = None
) -> Maintenance:
    """Publish a note about the window without changing it."""
    with _maintenance_action("note", actor, pk, now, once) as (row, by):
        cleaned = clean_text(text, 2000)
        _refuse(rules.note_violations(cleaned))
        _save(row, cleaned, by, now)
    return row


def keep_time(now: datetime) -> None:
    """Begin and end the windows whose time has come, each with its note to followers, once.

    Called by each tick; two at once share the work. Who planned a window is named as the author.
    """
    for pk in list(_come_due(now).values_list("pk", flat=True)[:BATCH_SIZE]):
        with transaction.atomic(durable=True):
            due = _come_due(now).filter(pk=pk)
            row = due.select_for_update(skip_locked=True, of=("self",)).first()
            if row is None:  # somebody was faster
                continue
            row.began_at = row.begins
            is_over = row.ends_at <= now
            if is_over:
                row.ended_at = row.ends_at
            _save(row, _ENDED_TEXT if is_over else _BEGUN_TEXT, row.planned_by, now)


def _come_due(now: datetime) -> QuerySet[Maintenance]:
    """The windows that began or ended by their plan lately, without a note of it."""
    since = now - ANNOUNCED_WITHIN
    is_begun = Q(began_at=None, starts_at__lte=now, starts_at__gt=since, ends_at__gt=now)
    is_over = Q(ended_at=None, ends_at__lte=now, ends_at__gt=since)
    open_rows = Maintenance.objects.filter(cancelled_at=None, ended_at=None)
    return open_rows.filter(is_begun | is_over).order_by("pk")


@contextmanager
def _maintenance_action(
    step: str, actor: Actor, pk: int, now: datetime, once: UUID | None
) -> Iterator[tuple[Maintenance, Person]]:
    """Check the permission, lock the window, and check that its state allows this step."""
    with transaction.atomic(durable=True):
        require("maintenance.change", actor)
        row = Maintenance.objects.select_for_update().get(pk=pk)
        submit_once(once, actor, now, row.get_absolute_url())
        _refuse(rules.step_violations(step, row.state(now)))
        yield row, Person.objects.get(pk=actor.id)


def _cleaned(planned: MaintenanceInput) -> MaintenanceInput:
    return replace(
        planned, title=clean_line(planned.title, 120), text=clean_text(planned.text, 2000)
    )


def _to_judge(planned: MaintenanceInput) -> rules.Window:
    return rules.Window(
        planned.title,
        planned.text,
        planned.audience,
        len(planned.surfaces),
        planned.starts_at,
        planned.ends_at,
    )


def _fill(row: Maintenance, planned: MaintenanceInput, now: datetime) -> None:
    # Required by the rules above.
    assert planned.starts_at is not None
    assert planned.ends_at is not None
    row.title, row.text, row.audience = planned.title, planned.text, planned.audience
    row.starts_at, row.ends_at = planned.starts_at, planned.ends_at
    row.public_names = {
        str(surface.pk): surface.name for surface in planned.surfaces if surface.on_status_page
    }
    if row.starts_at <= now:  # its first note says that it is in progress
        row.began_at = row.starts_at


def _save(row: Maintenance, text: str, by: Person, now: datetime) -> None:
    """Save a change: count it for calendars, date it, and publish its text."""
    row.sequence += 1
    row.changed_at = now
    row.save()
    _publish(row, text, by, now)


def _publish(row: Maintenance, text: str, by: Person, now: datetime) -> None:
    update = MaintenanceUpdate.objects.create(
        maintenance=row,
        number=next_number(row.updates.all()),
        state=row.state(now),
        title=row.title,
        text=text,
        published_at=now,
        published_by=by,
    )
    mark_changed_step()
    announce_step(update, now)


def _refuse(problems: Sequence[Violation]) -> None:
    if problems:
        raise Refused(problems)

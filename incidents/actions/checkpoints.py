"""Checkpoints: scheduling them, and reminding people when they come due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from incidents.actions.checkpoint_steps import schedule_step
from incidents.actions.claims import claim, claim_all
from incidents.actions.notices import build_notices
from incidents.actions.transaction import incident_action
from incidents.locking import lock_free
from incidents.models import Assignment, Checkpoint, Incident, Notice, Person
from incidents.permissions import require
from incidents.rules import checkpoint as rules
from incidents.timeline.record import record
from incidents.timeline.sealing import sealed_timelines
from incidents.vocabulary import RoleName, Status
from kernel.actor import SYSTEM, Actor
from kernel.refusal import Refused
from kernel.text import clean_text


def schedule(
    actor: Actor,
    incident_id: int,
    *,
    due_at: datetime,
    purpose: str,
    now: datetime,
    once: UUID | None = None,
) -> Checkpoint:
    """Commit to a decision point (CP-n) within the time that the severity allows."""
    with incident_action("checkpoint.schedule", actor, incident_id, now, once=once) as incident:
        if problems := rules.schedule_violations(due_at, now, incident.severity):
            raise Refused(problems)
        return schedule_step(incident, actor, due_at, clean_text(purpose, 200), now)


_SENTENCES = {
    "checkpoint.soon": "{} of {} is due in 5 minutes.",
    "checkpoint.due": "{} of {} is due now.",
    "checkpoint.missed": "{} of {} was missed: decide now.",
}


_SENTENCES_OF_DEPUTY = {
    "checkpoint.missed": "{} of {} was missed by the commander: you can take command.",
}


def _href(checkpoint: Checkpoint, *, is_commander: bool) -> str:
    """Where the notice leads: the deputy takes command first, who may not decide before."""
    if is_commander:
        return checkpoint.get_absolute_url()
    return reverse("take-command", args=[checkpoint.incident_id])


def remind(checkpoint_id: int, kind: str, *, now: datetime) -> bool:
    """Write the reminder of one due checkpoint, once; false when it no longer applies.

    ``kind`` is ``checkpoint.soon`` (5 minutes before), ``checkpoint.due`` (at the time) or
    ``checkpoint.missed`` (5 minutes after; the deputy is notified too).
    """
    incident_id = Checkpoint.objects.values_list("incident_id", flat=True).get(pk=checkpoint_id)
    with incident_action("checkpoint.remind", SYSTEM, incident_id, now) as incident:
        checkpoint = incident.checkpoints.get(pk=checkpoint_id)
        if not checkpoint.is_open or incident.status != Status.ACTIVE:
            return False
        if not claim(kind, str(checkpoint_id), checkpoint.due_at, now):
            return False
        _write_reminders([Reminder(incident, checkpoint, kind)], now)
    return True


def remind_all(due: Sequence[tuple[int, int, str]], *, now: datetime) -> int:
    """The same for many (incident, checkpoint, kind) in one transaction; returns how many.

    Incidents that somebody else has locked are skipped: the next tick finds them again.
    """
    require("checkpoint.remind", SYSTEM)
    with transaction.atomic(durable=True), sealed_timelines():
        locked = lock_free(incident for incident, _, _ in due)
        active = {pk for pk, incident in locked.items() if incident.status == Status.ACTIVE}
        rows = Checkpoint.objects.open().filter(incident__in=active)
        checkpoints = rows.in_bulk({checkpoint for _, checkpoint, _ in due})
        for checkpoint in checkpoints.values():
            checkpoint.incident = locked[checkpoint.incident_id]
        apply = [(checkpoints[pk], kind) for _, pk, kind in due if pk in checkpoints]
        if not apply:
            return 0
        ours = claim_all([(kind, str(row.pk), row.due_at) for row, kind in apply], now)
        reminders = [
            Reminder(row.incident, row, kind) for row, kind in apply if (kind, str(row.pk)) in ours
        ]
        _write_reminders(reminders, now)
    return len(reminders)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder to write, of a locked incident."""

    incident: Incident
    checkpoint: Checkpoint
    kind: str


def _write_reminders(reminders: Sequence[Reminder], now: datetime) -> None:
    """Write entries and notices; deputies are only notified of missed checkpoints."""
    missed = [
        reminder.checkpoint.pk for reminder in reminders if reminder.kind == "checkpoint.missed"
    ]
    if missed:
        Checkpoint.objects.filter(pk__in=missed).update(missed_at=now)
    commanders = _commanders_and_deputies({reminder.incident.pk for reminder in reminders})
    notices: list[Notice] = []
    for reminder in reminders:
        commander, deputy = commanders[reminder.incident.pk]
        recipients = [commander, deputy if reminder.kind == "checkpoint.missed" else None]
        people = list(dict.fromkeys(person for person in recipients if person is not None))
        reference = reminder.checkpoint.reference
        record(
            reminder.incident,
            reminder.kind,
            SYSTEM,
            now,
            subject=reference,
            told=" and ".join(map(str, people)) or "Nobody",
        )
        for person in people:
            sentences = _SENTENCES if person == commander else _SENTENCES_OF_DEPUTY
            sentence = sentences[reminder.kind].format(reference, reminder.incident.reference)
            notices += build_notices(
                reminder.incident,
                [person],
                reminder.kind,
                sentence,
                _href(reminder.checkpoint, is_commander=person == commander),
                now,
                reference,
            )
    Notice.objects.bulk_create(notices)


def _commanders_and_deputies(incidents: set[int]) -> dict[int, tuple[Person | None, Person | None]]:
    """Commander and deputy of each incident. One query."""
    roles = (RoleName.COMMANDER, RoleName.DEPUTY)
    rows = Assignment.objects.current().filter(incident__in=incidents, role__in=roles)
    holders = {
        (assignment.incident_id, assignment.role): assignment.person
        for assignment in rows.select_related("person")
    }
    return {
        assignment: (holders.get((assignment, roles[0])), holders.get((assignment, roles[1])))
        for assignment in incidents
    }

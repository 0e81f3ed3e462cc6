"""Checkpoints: scheduling them, and telling people when they come due."""

from datetime import datetime
from uuid import UUID

from incidents.actions.act import act, holder, next_number, notify, said, take
from incidents.models import Checkpoint, Incident, Person
from incidents.rules import checkpoint as rules
from incidents.timeline.record import check_locked, record
from incidents.vocabulary import RoleName, Status
from warroom.kernel.actor import SYSTEM, Actor
from warroom.kernel.refusal import Refused


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
    with act("checkpoint.schedule", actor, incident_id, now, once=once) as incident:
        if problems := rules.schedule_violations(due_at, now, incident.severity):
            raise Refused(problems)
        return add(incident, actor, due_at, said(purpose, 200), now)


def add(
    incident: Incident, actor: Actor, due_at: datetime, purpose: str, now: datetime
) -> Checkpoint:
    """The row and its entry, within a transaction that holds the incident."""
    check_locked(incident)
    checkpoint = Checkpoint.objects.create(
        incident=incident,
        number=next_number(incident.checkpoints.all()),
        purpose=purpose[:200],
        due_at=due_at,
        scheduled_at=now,
    )
    record(
        incident,
        "checkpoint.scheduled",
        actor,
        now,
        subject=checkpoint.reference,
        purpose=checkpoint.purpose,
        due_at=due_at.isoformat(),
    )
    return checkpoint


def lift(incident: Incident, now: datetime) -> list[str]:
    """A step of closing: what is still ahead is decided no more. Returns their references."""
    check_locked(incident)
    rows = list(incident.checkpoints.open().order_by("number"))
    incident.checkpoints.filter(pk__in=[row.pk for row in rows]).update(lifted_at=now)
    return [row.reference for row in rows]


_WORDS = {
    "checkpoint.soon": "{} of {} is due in 5 minutes.",
    "checkpoint.due": "{} of {} is due now.",
    "checkpoint.missed": "{} of {} was missed: decide now.",
}


def remind(checkpoint_id: int, kind: str, *, now: datetime) -> bool:
    """Write the reminder of one due checkpoint, once; false when it no longer applies.

    ``kind`` is ``checkpoint.soon`` (5 minutes before), ``checkpoint.due`` (at the time) or
    ``checkpoint.missed`` (5 minutes after; the deputy is told too).
    """
    incident_id = Checkpoint.objects.values_list("incident_id", flat=True).get(pk=checkpoint_id)
    with act("checkpoint.remind", SYSTEM, incident_id, now) as incident:
        checkpoint = incident.checkpoints.get(pk=checkpoint_id)
        if not checkpoint.is_open or incident.status != Status.ACTIVE:
            return False
        if not take(kind, str(checkpoint_id), checkpoint.due_at, now):
            return False
        if kind == "checkpoint.missed":
            checkpoint.missed_at = now
            checkpoint.save(update_fields=["missed_at"])
        told = _to_tell(incident, kind)
        record(
            incident,
            kind,
            SYSTEM,
            now,
            subject=checkpoint.reference,
            told=" and ".join(str(person) for person in told) or "Nobody",
        )
        sentence = _WORDS[kind].format(checkpoint.reference, incident.reference)
        href = checkpoint.get_absolute_url()
        notify(incident, told, kind, sentence, href, now, checkpoint.reference)
    return True


def _to_tell(incident: Incident, kind: str) -> list[Person]:
    roles = [RoleName.COMMANDER]
    if kind == "checkpoint.missed":
        roles.append(RoleName.DEPUTY)
    people = (holder(incident, role) for role in roles)
    return [person for person in people if person is not None]

"""Steps that schedule and lift checkpoints, inside the transaction of an action."""

from datetime import datetime

from incidents.actions.transaction import next_number
from incidents.locking import check_locked
from incidents.models import Checkpoint, Decision, Incident, KeptCourse
from incidents.rules import checkpoint as rules
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Violation


def schedule_step(
    incident: Incident, actor: Actor, due_at: datetime, purpose: str, now: datetime
) -> Checkpoint:
    """Write the checkpoint and its entry."""
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


def lift_checkpoints_step(incident: Incident, now: datetime) -> list[str]:
    """Lift the open checkpoints of an incident that is being closed; returns their references."""
    check_locked(incident)
    rows = list(incident.checkpoints.open().order_by("number"))
    incident.checkpoints.filter(pk__in=[row.pk for row in rows]).update(lifted_at=now)
    return [row.reference for row in rows]


def ended_violations(checkpoint: Checkpoint) -> tuple[Violation, ...]:
    """Why a checkpoint cannot be decided any more; empty while it is open."""
    if checkpoint.is_open:
        return ()
    if checkpoint.lifted_at:
        return rules.lifted_violations(checkpoint.reference, checkpoint.lift_reason)
    kept = KeptCourse.objects.filter(checkpoint=checkpoint).select_related("decision").first()
    if kept is not None:
        return rules.kept_violations(checkpoint.reference, kept.actor_name, kept.decision.reference)
    decision = Decision.objects.get(checkpoint=checkpoint)
    return rules.decided_violations(
        checkpoint.reference,
        decision.actor_name,
        decision.reference,
        decision.option_label,
        decision.get_absolute_url(),
    )

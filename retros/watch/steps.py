"""Steps that end a watch, within the transaction of an action that locked the incident."""

from datetime import datetime, timedelta

from incidents.actions.checkpoint_steps import schedule_step
from incidents.actions.lifecycle_steps import set_status_step
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.locking import check_locked
from incidents.models import Incident
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import RoleName, Status
from kernel.actor import Actor
from lanes.handoff import steps as handoff_steps
from retros.models import Closing
from retros.vocabulary import End

REOPENED_KIND = replay.KINDS.register("incident.reopened")

DECIDE_WITHIN = timedelta(minutes=10)
"""A reopened incident has a checkpoint within this time."""


def reopen_step(
    incident: Incident,
    closing: Closing | None,
    end: End,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Make the incident active again; ``closing`` is the one whose watch this ends, if any.

    Effects, in order: the end of the watch, the status, one entry, the watch's offer withdrawn, a
    checkpoint where none is near, a notice to commander and deputy.
    """
    check_locked(incident)
    if closing is not None:
        closing.ended_at, closing.end, closing.end_reason = now, end, reason[:500]
        closing.save(update_fields=["ended_at", "end", "end_reason"])
    becomes = set_status_step(incident, Status.ACTIVE)
    record(incident, REOPENED_KIND, actor, now, reason=reason, how=str(end.label), becomes=becomes)
    if closing is not None:
        end_offer_step(incident, closing, actor, now)
    limit = now + DECIDE_WITHIN
    if not incident.checkpoints.open().filter(due_at__gt=now, due_at__lte=limit).exists():
        schedule_step(incident, actor, limit, "Decide again: it was reopened", now)
    leaders = [holder(incident, role) for role in (RoleName.COMMANDER, RoleName.DEPUTY)]
    others = [person for person in leaders if person is not None and person.pk != actor.id]
    sentence = f"{incident.reference} is open again. {reason}"[:300]
    notify_step(incident, others, REOPENED_KIND, sentence, incident.get_absolute_url(), now)


def end_offer_step(incident: Incident, closing: Closing, actor: Actor, now: datetime) -> None:
    """End the open offer of a watch that is over: nobody can take it over any more."""
    check_locked(incident)
    reason = f"{closing.get_end_display()}: the watch is over."
    handoff_steps.end_watch_step(incident, reason, actor, now)

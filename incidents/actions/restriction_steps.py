"""Restricting or opening an incident, within the transaction of an action."""

from datetime import datetime

from django.db import transaction

from incidents.actions.role_steps import join_step
from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.push import publish
from incidents.signals import restriction_changed
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import UNFINISHED
from kernel.actor import Actor
from kernel.text import clean_text

CHANGED = replay.KINDS.register("restriction.changed")


def restrict_step(
    incident: Incident, actor: Actor, restricted: bool, reason: str, now: datetime
) -> None:
    """Store it, let in who has unfinished work, record it, and end the access of all others."""
    check_locked(incident)
    incident.restricted = restricted
    incident.save(update_fields=["restricted"])
    for person in _unfinished_owners(incident) if restricted else ():
        join_step(incident, person, now)
    record(
        incident,
        CHANGED,
        actor,
        now,
        becomes={"restricted": restricted},
        words="Restricted to who takes part" if restricted else "Open to every responder",
        reason=clean_text(reason, 500),
    )
    restriction_changed.send(sender=Incident, incident=incident, actor=actor, now=now)
    transaction.on_commit(lambda: publish.access_changed(incident_id=incident.pk))


def _unfinished_owners(incident: Incident) -> set[Person]:
    """Who executes or verifies unfinished decisions."""
    unfinished = incident.decisions.filter(execution__state__in=UNFINISHED)
    rows = unfinished.select_related(
        "executor", "verifier", "execution__new_executor", "execution__new_verifier"
    )
    executions = [row.execution for row in rows]
    return {person for row in executions for person in (row.executor, row.verifier)}

"""Who may know of an incident: every responder, or only its participants (product, section 1)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from incidents.actions.role_steps import join_step
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person
from incidents.push import publish
from incidents.rules import restriction as rules
from incidents.signals import restriction_changed
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import UNFINISHED
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text

CHANGED = replay.KINDS.register("restriction.changed")


def restrict(
    actor: Actor,
    incident_id: int,
    *,
    restricted: bool,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Restrict an incident to its participants, or open it to every responder again.

    Whoever executes or verifies an unfinished decision becomes a participant, so that no work is
    left with somebody who cannot see it. All others stop receiving at once.
    """
    with incident_action("restriction.change", actor, incident_id, now, once=once) as incident:
        problems = rules.restrict_violations(
            is_restricted=incident.restricted,
            restrict=restricted,
            reason=reason,
            restricted_original="" if restricted else _restricted_original(incident, actor),
        )
        if problems:
            raise Refused(problems)
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
    return incident


def _restricted_original(incident: Incident, actor: Actor) -> str:
    """What the restricted incident that this one is followed as is called, if there is one."""
    voided = incident.voidings.filter(taken_back_at=None, original__restricted=True).first()
    original = voided.original if voided is not None else None
    if original is None:
        return ""
    known = Incident.objects.visible_to(Person.objects.get(pk=actor.id))
    return original.reference if known.filter(pk=original.pk).exists() else "another incident"


def _unfinished_owners(incident: Incident) -> set[Person]:
    """Who executes or verifies unfinished decisions."""
    unfinished = incident.decisions.filter(execution__state__in=UNFINISHED)
    rows = unfinished.select_related(
        "executor", "verifier", "execution__new_executor", "execution__new_verifier"
    )
    executions = [row.execution for row in rows]
    return {person for row in executions for person in (row.executor, row.verifier)}

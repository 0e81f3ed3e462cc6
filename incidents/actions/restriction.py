"""Who may know of an incident: every responder, or only its participants (product, section 1)."""

from datetime import datetime
from uuid import UUID

from incidents.actions.restriction_steps import restrict_step
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person
from incidents.rules import restriction as rules
from kernel.actor import Actor
from kernel.refusal import Refused


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
        restrict_step(incident, actor, restricted, reason, now)
    return incident


def _restricted_original(incident: Incident, actor: Actor) -> str:
    """What the restricted incident that this one is followed as is called, if there is one."""
    voided = incident.voidings.filter(taken_back_at=None, original__restricted=True).first()
    original = voided.original if voided is not None else None
    if original is None:
        return ""
    known = Incident.objects.visible_to(Person.objects.get(pk=actor.id))
    return original.reference if known.filter(pk=original.pk).exists() else "another incident"

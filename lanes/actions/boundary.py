"""What a lane includes and excludes."""

from datetime import datetime
from uuid import UUID

from incidents.actions.transaction import incident_action
from incidents.models import Incident
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from lanes.actions.boundary_steps import set_boundary_step
from lanes.rules.boundary import Boundary, violations


def set_boundary(
    actor: Actor,
    incident_id: int,
    *,
    lane: str,
    included: list[str],
    excluded: list[str],
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Say what a lane includes and excludes. Items that stay keep their history."""
    with incident_action("boundary.set", actor, incident_id, now, lane=lane, once=once) as incident:
        boundary = Boundary.of(map(clean_text, included), map(clean_text, excluded))
        if problems := violations(boundary):
            raise Refused(problems)
        set_boundary_step(incident, actor, LaneKind(lane), boundary, now)
    return incident

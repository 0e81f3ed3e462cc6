"""What a lane includes and excludes."""

from datetime import datetime
from uuid import UUID

from incidents.actions.transaction import incident_action
from incidents.models import Incident
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from lanes.models import BoundaryItem
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
        _replace(incident, LaneKind(lane), boundary, now)
        record(
            incident,
            "boundary.set",
            actor,
            now,
            lane=lane,
            included=list(boundary.included),
            excluded=list(boundary.excluded),
        )
    return incident


def _replace(incident: Incident, lane: LaneKind, boundary: Boundary, now: datetime) -> None:
    wanted = [(text, True) for text in boundary.included]
    wanted += [(text, False) for text in boundary.excluded]
    current = incident.boundary_items.current().filter(lane=lane)
    unchanged = {(item.text, item.included) for item in current} & set(wanted)
    gone = [item.pk for item in current if (item.text, item.included) not in unchanged]
    BoundaryItem.objects.filter(pk__in=gone).update(until=now)
    BoundaryItem.objects.bulk_create(
        BoundaryItem(incident=incident, lane=lane, text=text, included=included, since=now)
        for text, included in wanted
        if (text, included) not in unchanged
    )

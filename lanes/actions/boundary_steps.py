"""Steps that set the boundary of a lane, inside the transaction of an action."""

from datetime import datetime

from incidents.locking import check_locked
from incidents.models import Incident
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from lanes.models import BoundaryItem
from lanes.rules.boundary import Boundary


def set_boundary_step(
    incident: Incident, actor: Actor, lane: LaneKind, boundary: Boundary, now: datetime
) -> None:
    """Replace the boundary and write its entry. Items that stay keep their history."""
    check_locked(incident)
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
    record(
        incident,
        "boundary.set",
        actor,
        now,
        lane=lane,
        included=list(boundary.included),
        excluded=list(boundary.excluded),
    )

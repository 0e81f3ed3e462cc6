"""The lanes that a person owns in all their incidents, and what each still lacks."""

from collections.abc import Iterable, Sequence

from django.urls import reverse

from incidents.duties.duty import OWNED_PROVIDERS, Owned
from incidents.facts.incident import IncidentFacts
from incidents.models import Person
from incidents.vocabulary import LaneKind, RoleName
from lanes.facts.lanes import boundary_of, items_of


@OWNED_PROVIDERS.register
def owned_lanes(all_facts: Sequence[IncidentFacts], person: Person) -> Iterable[Owned]:
    """One query for any number of incidents; none without owned lanes."""
    owned = [
        (facts.incident, lane)
        for facts in all_facts
        for lane in LaneKind
        if facts.holder(RoleName.LANE_OWNER, lane) == person
    ]
    items = (
        items_of(list({incident.pk: incident for incident, _ in owned}.values())) if owned else {}
    )
    for incident, lane in owned:
        boundary = boundary_of(item for item in items[incident.pk] if item.lane == lane)
        yield Owned(
            incident,
            str(lane.label),
            f"lane-{lane.value}",
            reverse("lane", args=[incident.pk, lane.value]),
            "" if boundary.included else "No boundary yet",
        )

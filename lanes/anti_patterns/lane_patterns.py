"""The anti-patterns that are detected from lanes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.urls import reverse

from incidents.assessments.anti_patterns import PROVIDERS
from incidents.facts.incident import IncidentFacts
from incidents.rules.patterns import Pattern
from incidents.vocabulary import LaneKind
from lanes.facts.lanes import boundary_of, items_of
from lanes.rules.patterns import overlaps


@PROVIDERS.register
def lane_patterns(
    all_facts: Sequence[IncidentFacts], now: datetime
) -> Iterable[tuple[int, Pattern]]:
    items_by_incident = items_of([facts.incident for facts in all_facts])
    for facts in all_facts:
        number = facts.incident.pk
        boundaries = {
            lane: boundary_of(item for item in items_by_incident[number] if item.lane == lane)
            for lane in LaneKind
        }
        for pattern in overlaps(boundaries):
            href = reverse("lane", args=[number, pattern.lane]) + "#boundary"
            yield number, replace(pattern, href=href)

"""The anti-patterns that lanes find."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.urls import reverse

from incidents.assessments.anti_patterns import register
from incidents.facts.incident import IncidentFacts
from incidents.rules.patterns import Pattern
from incidents.vocabulary import LaneKind
from lanes.facts.lanes import boundary_of, items_of
from lanes.rules.patterns import overlaps


@register
def of_lanes(standings: Sequence[IncidentFacts], now: datetime) -> Iterable[tuple[int, Pattern]]:
    found = items_of([facts.incident for facts in standings])
    for facts in standings:
        number = facts.incident.pk
        held = {
            lane: boundary_of(item for item in found[number] if item.lane == lane)
            for lane in LaneKind
        }
        for pattern in overlaps(held):
            href = reverse("lane", args=[number, pattern.lane]) + "#boundary"
            yield number, replace(pattern, href=href)

"""The evidence minimum of an incident's scenario, from what was named and what is recognised."""

from datetime import datetime

from django.db.models import QuerySet

from incidents.facts.incident import IncidentFacts
from incidents.models import Evidence, Incident
from incidents.rules.minimum import Bearing, Minimum, Needed, minimum, pattern


def of(facts: IncidentFacts, now: datetime) -> tuple[Minimum, ...]:
    """Each item as it stands at ``now``; one query at most, none without a scenario."""
    if facts.scenario is None:
        return ()
    needed = facts.scenario.evidence_minimum
    named = [Bearing(s.number, s.at, key=s.item) for s in facts.served]
    return minimum(needed, [*named, *_recognised(facts.incident, needed, now)])


def _recognised(incident: Incident, needed: tuple[Needed, ...], now: datetime) -> list[Bearing]:
    """For each item the first that is recognised as it: few rows, however much was captured."""
    captured = Evidence.objects.filter(incident=incident, captured_at__lte=now)
    firsts = [_first(captured, one) for one in needed if one.is_recognised]
    if not firsts:
        return []
    rows = firsts[0].union(*firsts[1:], all=True) if len(firsts) > 1 else firsts[0]
    return [Bearing(number, at, "", purpose, words) for number, at, purpose, words in rows]


def _first(captured: QuerySet[Evidence], needed: Needed) -> QuerySet:
    if needed.purpose:
        captured = captured.filter(purpose=needed.purpose)
    if needed.command:
        captured = captured.filter(command__iregex=pattern(needed.command))
    rows = captured.order_by("number")
    return rows.values_list("number", "captured_at", "purpose", "command")[:1]

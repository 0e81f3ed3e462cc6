"""The evidence minimum of an incident's scenario, from named and recognised evidence."""

from datetime import datetime

from django.db.models import QuerySet

from incidents import scenarios
from incidents.assessments.decision import impacted
from incidents.facts.incident import IncidentFacts
from incidents.models import Evidence, Incident
from incidents.models.evidence import is_confirmed
from incidents.rules.minimum import (
    EvidenceFacts,
    RequiredEvidence,
    RequirementStatus,
    check_minimum,
    command_pattern,
    of_classes,
)


def required_for(incident: Incident) -> tuple[RequiredEvidence, ...]:
    """All that evidence can be named for: the scenario's minimum, then what the impacted classes
    ask for. One query."""
    scenario = scenarios.find(incident.scenario) if incident.scenario else None
    classes = list(incident.surfaces.values_list("dependency_class", flat=True))
    if scenario is not None:
        classes.append(scenario.dependency_class)
    return (*(scenario.evidence_minimum if scenario else ()), *of_classes(classes))


def of_postures(facts: IncidentFacts) -> dict[str, tuple[RequirementStatus, ...]]:
    """What the default response of each impacted class needs, by class. No query."""
    named = [EvidenceFacts(s.number, s.at, key=s.item) for s in facts.served]
    classes = dict.fromkeys(surface.dependency_class for surface in impacted(facts))
    return {name: check_minimum(of_classes([name]), named) for name in classes}


def of(facts: IncidentFacts, now: datetime) -> tuple[RequirementStatus, ...]:
    """The status of each requirement at ``now``; one query at most, none without a scenario."""
    if facts.scenario is None:
        return ()
    required = facts.scenario.evidence_minimum
    named = [EvidenceFacts(s.number, s.at, key=s.item) for s in facts.served]
    return check_minimum(required, [*named, *_recognised(facts.incident, required, now)])


def _recognised(
    incident: Incident, required: tuple[RequiredEvidence, ...], now: datetime
) -> list[EvidenceFacts]:
    """The first evidence that each requirement recognises: few rows, however much there is."""
    captured = Evidence.objects.filter(incident=incident, captured_at__lte=now)
    firsts = [
        _first(captured, requirement, now) for requirement in required if requirement.is_recognised
    ]
    if not firsts:
        return []
    rows = firsts[0].union(*firsts[1:], all=True) if len(firsts) > 1 else firsts[0]
    return [
        EvidenceFacts(number, at, "", purpose, command) for number, at, purpose, command in rows
    ]


def _first(captured: QuerySet[Evidence], required: RequiredEvidence, now: datetime) -> QuerySet:
    if required.purpose:
        captured = captured.filter(is_confirmed(now), purpose=required.purpose)
    if required.command:
        captured = captured.filter(command__iregex=command_pattern(required.command))
    rows = captured.order_by("number")
    return rows.values_list("number", "captured_at", "purpose", "command")[:1]

"""From rows and a filled-in form to what the decision rules judge."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from incidents import derived, scenarios
from incidents.facts import Standing
from incidents.models import Evidence, Person
from incidents.rules.decision import (
    Candidate,
    Cited,
    ImpactedSurface,
    Offer,
    Proposal,
    Situation,
    offers,
)
from incidents.vocabulary import Purpose

if TYPE_CHECKING:
    from incidents.actions.decisions import Written


def candidate(person: Person | None) -> Candidate | None:
    """A person as the rules see one."""
    if person is None:
        return None
    return Candidate(person.pk, str(person), person.is_active and person.is_responder)


def offered(facts: Standing) -> tuple[Offer, ...]:
    """The ladder, then what the incident's scenario adds to it."""
    scenario = scenarios.find(facts.incident.scenario)
    return offers(
        rollback_is_broad=bool(facts.incident.broad_rollback_reason),
        scenario_options=scenario.options if scenario else (),
    )


def situation_of(facts: Standing, now: datetime) -> Situation:
    number = [facts.incident.pk]
    return Situation(
        now=now,
        severity=facts.incident.severity,
        commander=candidate(facts.commander),
        is_first=not facts.decisions,
        is_overridden=facts.override is not None,
        readiness=derived.readiness(facts),
        offered=offered(facts),
        surfaces=tuple(ImpactedSurface(s.name, s.dependency_class) for s in facts.surfaces),
        severity_href=reverse("severity", args=number),
        commander_href=reverse("role", args=number),
    )


def proposal_of(
    written: "Written", evidence: Iterable[Evidence], risks: tuple[str, ...]
) -> Proposal:
    """``evidence`` are the cited items of this incident, ``risks`` the texts picked and new."""
    found = {
        item.number: Cited(item.number, item.has_content, item.purpose == Purpose.PRECHECK)
        for item in evidence
    }
    return Proposal(
        scope=written.scope,
        evidence=tuple(
            found.get(number) or Cited(number, of_incident=False) for number in written.evidence
        ),
        risks=risks,
        next_action=written.next_action,
        deadline=written.deadline,
        choice=written.choice,
        option=written.option,
        rejected=dict(written.rejected),
        why_now=written.why_now,
        reversibility=written.reversibility,
        blast_radius=written.blast_radius,
        verification=written.verification,
        confidence=written.confidence,
        executor=candidate(written.executor),
        verifier=candidate(written.verifier),
        deviation_reason=written.deviation_reason,
        override_reason=written.override_reason,
    )

"""Scenarios of an incident: adopting one, and naming the evidence that its minimum requires."""

from datetime import datetime
from uuid import UUID

from incidents import scenarios
from incidents.actions.restriction_steps import restrict_step
from incidents.actions.safeguard_steps import (
    keep_safeguards_step,
    require_signatures_step,
    rules_required_now,
)
from incidents.actions.scenario_steps import serve_step
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Served
from incidents.rules import scenario as rules
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text


def set_scenario(
    actor: Actor,
    incident_id: int,
    *,
    scenario: str,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Adopt a scenario, by slug, or change to another one, with a reason.

    Its options, posture, special rules and evidence minimum apply from now on; a special rule of
    the one before stays. Where the scenario restricts its incidents, this one is restricted.
    """
    with incident_action("scenario.set", actor, incident_id, now, once=once) as incident:
        adopted = scenarios.find(scenario)
        title = adopted.title if adopted else None
        is_current = scenario == incident.scenario
        problems = rules.adopt_violations(title, is_current=is_current, reason=reason)
        if problems or adopted is None:
            raise Refused(problems)
        required_before = rules_required_now(incident)
        before, incident.scenario = incident.scenario, scenario
        incident.save(update_fields=["scenario"])
        kept = keep_safeguards_step(incident, required_before | rules_required_now(incident))
        record(
            incident,
            "scenario.set",
            actor,
            now,
            scenario=clean_text(adopted.title, 160),
            slug=scenario,
            before=before,
            reason=clean_text(reason, 500),
            becomes={"scenario": scenario, **kept},
        )
        require_signatures_step(incident, actor, now)
        if adopted.restricted and not incident.restricted:
            why = f"An incident of “{adopted.title}” is restricted."
            restrict_step(incident, actor, True, reason=why, now=now)
    return incident


def serve(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    serves: str,
    now: datetime,
    once: UUID | None = None,
) -> Served:
    """Name E-``number`` for a requirement, by key, of the scenario's evidence minimum."""
    with incident_action("evidence.serve", actor, incident_id, now, once=once) as incident:
        evidence = incident.evidence.defer("text").filter(number=number).first()
        if evidence is None:
            raise Refused(rules.unknown_evidence_violations(incident.reference, number))
        return serve_step(incident, evidence, serves, actor, now)

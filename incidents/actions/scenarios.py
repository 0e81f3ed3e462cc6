"""Scenarios of an incident: adopting one, and naming the evidence that its minimum asks for."""

from datetime import datetime
from uuid import UUID

from incidents import scenarios
from incidents.actions.transaction import incident_action
from incidents.locking import check_locked
from incidents.models import Evidence, Incident, Served
from incidents.permissions import require
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text, says_nothing


def set_scenario(
    actor: Actor,
    incident_id: int,
    *,
    scenario: str,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Adopt a scenario, by slug, or another one, with a reason.

    Its options, posture, special rules and evidence minimum count from now on. Who may know of the
    incident stays as it is.
    """
    with incident_action("scenario.set", actor, incident_id, now, once=once) as incident:
        found = scenarios.find(scenario)
        if found is None:
            raise Refused.because("K-SCENARIO", "There is no such scenario.", "scenario")
        if scenario == incident.scenario:
            raise Refused.because(
                "K-SCENARIO", f"{found.title} is the scenario already.", "scenario"
            )
        if says_nothing(reason):
            raise Refused.because("K-REASON", "Say what fits this scenario.", "reason")
        before, incident.scenario = incident.scenario, scenario
        incident.save(update_fields=["scenario"])
        record(
            incident,
            "scenario.set",
            actor,
            now,
            scenario=clean_text(found.title, 160),
            slug=scenario,
            before=before,
            reason=clean_text(reason, 500),
        )
    return incident


def serve(
    actor: Actor,
    incident_id: int,
    evidence: int,
    *,
    serves: str,
    now: datetime,
    once: UUID | None = None,
) -> Served:
    """Name captured evidence, by number, as an item (by key) of the scenario's minimum."""
    with incident_action("evidence.serve", actor, incident_id, now, once=once) as incident:
        found = incident.evidence.defer("text").filter(number=evidence).first()
        if found is None:
            raise Refused.because(
                "E-SERVES", f"{incident.reference} has no evidence E-{evidence}.", "serves"
            )
        return serve_step(incident, found, serves, actor, now)


def serve_step(
    incident: Incident, found: Evidence, key: str, actor: Actor, now: datetime
) -> Served:
    """The same within another action's transaction: capturing can name what it captures."""
    check_locked(incident)
    require("evidence.serve", actor, incident)
    scenario = scenarios.find(incident.scenario)
    needed = {one.key: one for one in scenario.evidence_minimum} if scenario else {}
    if key not in needed:
        raise Refused.because(
            "E-SERVES", "The scenario's evidence minimum has no such item.", "serves"
        )
    label = needed[key].label
    if found.serves.filter(item=key).exists():
        raise Refused.because(
            "E-SERVES", f"{found.reference} already serves as “{label}”.", "serves"
        )
    row = Served.objects.create(
        incident=incident, evidence=found, item=key, at=now, **Served.columns(actor)
    )
    record(
        incident,
        "evidence.served",
        actor,
        now,
        lane=found.lane,
        subject=found.reference,
        item=clean_text(label, 160),
        key=key,
    )
    return row

"""What a decision record begins with: what the program knows, and what still holds of the last one.

Everything can be changed; nothing is required because it was filled in. Each field's source is
named beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from incidents.assessments import control
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision
from incidents.rules.checkpoint_limits import max_deadline
from incidents.vocabulary import LADDER, ExecutionState, LaneKind, RoleName

USUAL_DEADLINE_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Prefill:
    """``initial`` by field name of the form; ``sources`` says where each comes from."""

    initial: Mapping[str, Any]
    sources: Mapping[str, str]


def of_next_decision(facts: IncidentFacts) -> Prefill:
    """For a decision that is not written yet: derived from facts, then carried over from D-n."""
    initial, sources = _derived(facts)
    last = next((d for d in reversed(facts.decisions) if not d.owed), None)
    if last is not None:
        carried = {"scope": last.scope, "risks": _open_risks(facts)}
        initial |= carried
        sources |= dict.fromkeys(carried, f"From {last.reference}. Change what no longer holds.")
    _rejected(facts, last, initial, sources)
    return Prefill(initial, sources)


def of_owed_record(facts: IncidentFacts, owed: Decision) -> Prefill:
    """For the record of an act: what was done, by whom, when and with which proof."""
    before = of_next_decision(facts)
    proof = [item.number for item in owed.execution.proof.all()]
    acted = {
        "option": owed.option,
        "choice": owed.choice,
        "why_now": owed.why_now,
        "executor": owed.execution.executor_id,
        "verifier": owed.execution.verifier_id,
        "next_action": f"{owed.execution.verifier} verifies {owed.reference}",
    }
    if proof:
        acted["evidence"] = proof
    if len(facts.decisions) == 1 and not control.readiness(facts).holds:
        acted["override_reason"] = f"Acted first: {owed.next_action}"
    source = f"From the act, {owed.reference}."
    rejected = f"rejected_{owed.option}"
    return Prefill(
        {name: entry for name, entry in (before.initial | acted).items() if name != rejected},
        before.sources | dict.fromkeys(acted, source),
    )


def _derived(facts: IncidentFacts) -> tuple[dict[str, Any], dict[str, str]]:
    surfaces = ", ".join(surface.name for surface in facts.surfaces)
    known = facts.incident.known.strip().splitlines()
    scope = f"{surfaces}: {known[0]}" if surfaces and known else surfaces or "".join(known[:1])
    initial: dict[str, Any] = {
        "executor": facts.holder(RoleName.LANE_OWNER, LaneKind.MITIGATION),
        "verifier": facts.holder(RoleName.LANE_OWNER, LaneKind.VERIFICATION),
        "deadline": f"+{_deadline_minutes(facts)}",
    }
    sources = {
        "executor": "The owner of the lane Mitigation.",
        "verifier": "The owner of the lane Verification.",
    }
    if scope:
        initial["scope"] = scope
        sources["scope"] = "From the impacted surfaces and what is known."
    return initial, {name: source for name, source in sources.items() if initial[name]}


def _deadline_minutes(facts: IncidentFacts) -> int:
    limit = max_deadline(facts.incident.severity)
    usual = USUAL_DEADLINE_MINUTES
    return min(usual, int(limit.total_seconds() // 60)) if limit else usual


def _open_risks(facts: IncidentFacts) -> list[int]:
    return [risk.number for risk in facts.open_risks]


def _rejected(
    facts: IncidentFacts,
    last: Decision | None,
    initial: dict[str, Any],
    sources: dict[str, str],
) -> None:
    """Why a rung is not taken: it was executed and failed."""
    for option in LADDER:
        failed = next(
            (
                d
                for d in reversed(facts.decisions)
                if d.option == option and d.execution.state == ExecutionState.FAILED
            ),
            None,
        )
        if failed is not None:
            name = f"rejected_{option}"
            initial[name] = f"Executed by {failed.reference}, and its verification failed"
            sources[name] = f"From {failed.reference}."

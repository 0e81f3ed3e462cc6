"""What a decision record begins with: what the program knows, and what still holds of the last one.

Everything can be changed; nothing is required because it was filled in. Each field's source is
named beside it. Only what is true by the facts is filled in: what a person alone can know stays
blank, and the rules refuse that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from incidents.assessments import control, owed_prefill
from incidents.assessments.chosen_option import own_of
from incidents.assessments.decision import without
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision
from incidents.rules.checkpoint_limits import max_deadline
from incidents.rules.wording import listed
from incidents.vocabulary import LADDER, ExecutionState, LaneKind, Option, Purpose, RoleName

USUAL_DEADLINE_MINUTES = 30
MAX_DERIVED_PRECHECKS = 2
MAX_REASON = 400
WORKED_OUT = "worked out"

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prefill:
    """``initial`` by field name of the form; ``sources`` says in a few words where each is from.

    ``begun_from`` is the decision of which the rest still holds, if there is one.
    """

    initial: Mapping[str, Any]
    sources: Mapping[str, str]
    begun_from: Decision | None = None


def of_next_decision(facts: IncidentFacts, *, blank: bool = False) -> Prefill:
    """For a decision that is not written yet: derived from facts, then carried over from D-n.

    ``blank`` leaves out what is carried over.
    """
    initial = _derived(facts)
    sources = dict.fromkeys(initial, WORKED_OUT)
    last = next((d for d in reversed(facts.decisions) if not d.owed), None)
    if last is not None and not blank:
        carried = _carried(facts, last)
        initial |= carried
        sources |= dict.fromkeys(carried, f"from {last.reference}")
    for name, (text, source) in _recommended_against(facts).items():
        if name not in initial:
            initial[name], sources[name] = text, source
    for name, (text, source) in _failed(facts).items():
        initial[name], sources[name] = text, source
    return Prefill(initial, sources, None if blank else last)


def of_owed_record(facts: IncidentFacts, owed: Decision, now: datetime) -> Prefill:
    """For the record of an act: what was done, by whom, when and with which proof."""
    before = of_next_decision(without(facts, owed))
    derived = owed_prefill.statements(facts, owed)
    if len(facts.decisions) == 1 and not control.readiness(facts, now).holds:
        derived["override_reason"] = f"Acted first: {owed.next_action}"
    derived = {name: text for name, text in derived.items() if name not in before.initial}
    acted = _acted(owed, before.initial.get("evidence", []))
    initial = {**before.initial, **derived, **acted}
    initial.pop(f"rejected_{owed.option}", None)
    sources = {
        **before.sources,
        **dict.fromkeys(derived, WORKED_OUT),
        **dict.fromkeys(acted, "from the act"),
    }
    return Prefill(initial, sources, before.begun_from)


def _acted(owed: Decision, evidence: list[int]) -> Fields:
    acted: Fields = {
        "option": owed.option,
        **_own(owed),
        "choice": owed.choice,
        "executor": owed.execution.executor_id,
        "verifier": owed.execution.verifier_id,
        "next_action": f"{owed.execution.verifier} verifies {owed.reference}",
    }
    if proof := [item.number for item in owed.execution.proof.all()]:
        acted["evidence"] = [*proof, *(n for n in evidence if n not in proof)]
    return acted


def _own(decision: Decision) -> Fields:
    """Of an own option, the fields of the form."""
    own = own_of(decision)
    if own is None:
        return {}
    return {
        "own_name": own.name,
        "own_reach": own.reach,
        "own_reach_reason": own.reach_reason,
        "nearest_step": own.nearest_step,
    }


def _derived(facts: IncidentFacts) -> Fields:
    executor = facts.holder(RoleName.LANE_OWNER, LaneKind.MITIGATION)
    verifier = facts.holder(RoleName.LANE_OWNER, LaneKind.VERIFICATION)
    derived: Fields = {
        "executor": executor,
        "verifier": verifier,
        "scope": _scope(facts),
        "risks": [risk.number for risk in facts.open_risks],
        "evidence": _precheck_numbers(facts) if not facts.decisions else _evidence_since(facts),
        "next_action": "Carry it out, then verify it",
        "deadline": f"+{_deadline_minutes(facts)}",
    }
    if not facts.open_risks:
        derived["risk_new"] = _risk(facts)
    return {name: entry for name, entry in derived.items() if entry}


def _scope(facts: IncidentFacts) -> str:
    surfaces = ", ".join(surface.name for surface in facts.surfaces)
    known = facts.incident.known.strip().splitlines()
    return f"{surfaces}: {known[0]}" if surfaces and known else surfaces or "".join(known[:1])


def _risk(facts: IncidentFacts) -> str:
    """What stays a risk whatever is decided: the scenario's, else that what is hit stays hit."""
    if facts.scenario is not None:
        return facts.scenario.risk
    surfaces = listed(surface.name for surface in facts.surfaces)
    return f"{surfaces} may stay impacted until this is verified" if surfaces else ""


def _precheck_numbers(facts: IncidentFacts) -> list[int]:
    rows = facts.incident.evidence.filter(purpose=Purpose.PRECHECK).order_by("-number")
    return list(rows.values_list("number", flat=True)[:MAX_DERIVED_PRECHECKS])


def _evidence_since(facts: IncidentFacts) -> list[int]:
    """The run by which the last decision failed: the next one answers it."""
    failed = facts.failed
    run = failed.execution.run if failed else None
    return [run.number] if run is not None else []


def _deadline_minutes(facts: IncidentFacts) -> int:
    limit = max_deadline(facts.incident.severity)
    usual = USUAL_DEADLINE_MINUTES
    return min(usual, int(limit.total_seconds() // 60)) if limit else usual


def _carried(facts: IncidentFacts, last: Decision) -> Fields:
    """What still holds of the last record; what names its option is not carried."""
    rejected = list(last.rejected.all())
    carried: Fields = {
        "scope": last.scope,
        "risks": [risk.number for risk in facts.open_risks],
        "deviation_reason": last.deviation_reason,
        **{f"rejected_{r.option}": r.reason for r in rejected if r.option != Option.OWN},
    }
    if named := [r for r in rejected if r.option == Option.OWN]:
        carried["alternative_name"] = [r.name for r in named]
        carried["alternative_reason"] = [r.reason for r in named]
    return {name: entry for name, entry in carried.items() if entry}


def _recommended_against(facts: IncidentFacts) -> dict[str, tuple[str, str]]:
    """Why a rung is not taken: somebody recommends another way instead, and says why.

    With the source. Of what is recommended too, the reason is what its opponents say.
    """
    rows = facts.open_recommendations
    reasons = {}
    for option in LADDER:
        against = next((row for row in rows if row.option != option), None)
        if against is not None:
            label = option.label[0].lower() + option.label[1:]
            text = f"Instead of {label} {against.owner_name} recommends {against.title}: "
            reasons[f"rejected_{option.value}"] = (
                (text + against.reasons)[:MAX_REASON],
                f"from {against.reference}",
            )
    return reasons


def _failed(facts: IncidentFacts) -> dict[str, tuple[str, str]]:
    """Why a rung is not taken: it was executed and failed. With the source."""
    reasons = {}
    for decision in facts.decisions:
        if decision.option in LADDER and decision.execution.state == ExecutionState.FAILED:
            text = f"Executed by {decision.reference}, verification failed"
            if (at := decision.execution.judged_at) is not None:
                text += f" at {at.astimezone(UTC):%H:%M} UTC"
            reasons[f"rejected_{decision.option}"] = (text, f"from {decision.reference}")
    return reasons

"""The special rules of an incident within an action that changes what asks for them."""

from datetime import datetime

from incidents import scenarios
from incidents.actions.signature_steps import request_signatures_step
from incidents.locking import check_locked
from incidents.models import Decision, Incident
from incidents.rules.decision.option import FIRST_CODE
from incidents.rules.dual_signature import DUAL_CODE
from incidents.rules.safeguard import required_rules
from incidents.timeline.record import record
from incidents.vocabulary import ExecutionState
from kernel.actor import Actor

COLUMNS = {DUAL_CODE: "keeps_dual", FIRST_CODE: "keeps_first"}
"""The column of an incident in which each special rule stays once it applied."""

_NOT_EXECUTED = (ExecutionState.DECIDED, ExecutionState.STARTED)


def rules_required_now(incident: Incident) -> frozenset[str]:
    """The special rules that impacted surfaces and scenario ask for now. One query."""
    scenario = scenarios.find(incident.scenario) if incident.scenario else None
    classes = list(incident.surfaces.values_list("dependency_class", flat=True))
    if scenario is not None:
        classes.append(scenario.dependency_class)
    return required_rules(classes, scenario.rules if scenario else ())


def is_dual_now(incident: Incident) -> bool:
    """Whether two must sign a decision of this incident now."""
    return incident.keeps_dual or DUAL_CODE in rules_required_now(incident)


def keep_safeguards_step(incident: Incident, codes: frozenset[str]) -> dict[str, object]:
    """Store that these apply; returns all columns, for ``becomes`` of the entry."""
    check_locked(incident)
    added = [column for code, column in COLUMNS.items() if code in codes]
    added = [column for column in added if not getattr(incident, column)]
    for column in added:
        setattr(incident, column, True)
    if added:
        incident.save(update_fields=added)
    return {column: getattr(incident, column) for column in COLUMNS.values()}


def require_signatures_step(incident: Incident, actor: Actor, now: datetime) -> None:
    """Where two must sign now, they sign each decision that is not executed yet."""
    check_locked(incident)
    if not is_dual_now(incident):
        return
    open_ones = incident.decisions.filter(
        execution__state__in=_NOT_EXECUTED, execution__dual=False
    ).select_related("execution", "checkpoint")
    for decision in open_ones.order_by("number"):
        require_signature_step(incident, decision, actor, now)


def require_signature_step(
    incident: Incident, decision: Decision, actor: Actor, now: datetime
) -> None:
    """Two sign this decision from now on: before it is started, or what runs already, after it."""
    check_locked(incident)
    execution = decision.execution
    if execution.dual or execution.state not in _NOT_EXECUTED:
        return
    execution.dual, execution.dual_since = True, now
    if execution.state == ExecutionState.DECIDED:
        execution.state = ExecutionState.PENDING
    execution.save(update_fields=["dual", "dual_since", "state"])
    record(
        incident,
        "decision.dual",
        actor,
        now,
        subject=decision.reference,
        words="It waits for them" if execution.is_pending else "It runs: they are owed",
    )
    if not decision.owed:
        request_signatures_step(incident, decision, now)

"""How phase, severity and status of an incident may change.

``T-STATUS``: a status changes only along the graph.
``T-OVER``: nothing is decided in an incident that has ended, or was handled elsewhere.
``P-PHASE``: another phase is chosen, one that we know.
``P-REASON``: changing the phase needs a reason.
``S-SEVERITY``: another severity is chosen, one that we know.
``S-REASON``: changing the severity needs a reason.
"""

from incidents.rules.state_machine import Graph
from incidents.rules.wording import first_lower, listed
from incidents.vocabulary import Phase, Severity, Status
from kernel.refusal import Violation
from kernel.text import says_nothing

STATUS_GRAPH: Graph[Status] = Graph(
    Status,
    {
        Status.ACTIVE: (Status.WATCHING, Status.VOID, Status.DUPLICATE),
        Status.WATCHING: (Status.CLOSED, Status.ACTIVE),
        Status.CLOSED: (Status.ACTIVE,),
        Status.VOID: (Status.ACTIVE, Status.BACKFILLED),
        Status.DUPLICATE: (Status.ACTIVE, Status.BACKFILLED),
        Status.BACKFILLED: (Status.VOID, Status.DUPLICATE),
    },
)
"""Closing opens the watch, and the watch ends in closed; either may be reopened. An incident that
was declared in error ends as void or duplicate, and can be taken back. One that was handled
elsewhere begins as backfilled and never becomes active here."""

PHASES = tuple(Phase)


def status_violations(current: str, target: str) -> tuple[Violation, ...]:
    if STATUS_GRAPH.allows(current, target):
        return ()
    allowed = listed((first_lower(s.label) for s in STATUS_GRAPH.after(current)), "or")
    label = Status(current).label
    return (Violation("T-STATUS", f"From {first_lower(label)} it goes to {allowed}.", "status"),)


def ended_violation(
    reference: str, status: str, *, is_backfilled: bool, is_in_error: bool
) -> Violation:
    """The refusal of an action that steers an incident in which nothing is steered any more."""
    if is_backfilled:
        sentence = f"{reference} is {status}: it was handled elsewhere, nothing is steered here."
    else:
        first = "take that back" if is_in_error else "reopen it"
        sentence = f"{reference} is {status}: {first} before anything in it is decided."
    return Violation("T-OVER", sentence)


def phase_violations(current: str, target: str, reason: str) -> tuple[Violation, ...]:
    """Another phase, and why it moves on, goes back or skips one."""
    if target not in Phase.values:
        return (Violation("P-PHASE", f"Choose a phase: {_phases()}.", "phase"),)
    if target == current:
        label = first_lower(Phase(target).label)
        return (Violation("P-PHASE", f"The phase is {label} already.", "phase"),)
    if not says_nothing(reason):
        return ()
    return (Violation("P-REASON", _ask_why(current, target), "reason"),)


def _ask_why(current: str, target: str) -> str:
    steps = _position(target) - _position(current)
    if steps < 0:
        return "Say why it goes back."
    if steps > 1:
        return f"Say why you skip {_skipped(current, target)}."
    return f"Say what shows that {first_lower(Phase(current).label)} is done."


def severity_violations(current: str, target: str, reason: str) -> tuple[Violation, ...]:
    """A severity other than the current one, and why."""
    violations = []
    if target not in Severity.values:
        labels = listed((str(s.label) for s in Severity), "or")
        violations.append(Violation("S-SEVERITY", f"Choose a severity: {labels}.", "severity"))
    elif target == current:
        label = Severity(target).label
        violations.append(Violation("S-SEVERITY", f"The severity is {label} already.", "severity"))
    if says_nothing(reason):
        violations.append(Violation("S-REASON", "Say why the severity changes.", "reason"))
    return tuple(violations)


def _position(phase: str) -> int:
    return PHASES.index(Phase(phase))


def _phases() -> str:
    return listed((first_lower(phase.label) for phase in PHASES), "or")


def _skipped(current: str, target: str) -> str:
    between = PHASES[_position(current) + 1 : _position(target)]
    return listed(first_lower(phase.label) for phase in between)

"""Replacing who executes or verifies a decision.

``X-OVER``: it is replaced while there is something left for that person to do.
``X-OTHER``: somebody else, who can act in the incident, takes it over.
``X-TWO``: in a SEV-1 incident executor and verifier are two people.
``X-WHY``: replacing somebody needs a reason.
"""

from dataclasses import dataclass

from incidents.vocabulary import ExecutionRole, ExecutionState, Severity
from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]

_OPEN = {
    ExecutionRole.EXECUTOR: frozenset(
        {ExecutionState.PENDING, ExecutionState.DECIDED, ExecutionState.STARTED}
    ),
    ExecutionRole.VERIFIER: frozenset(
        {
            ExecutionState.PENDING,
            ExecutionState.DECIDED,
            ExecutionState.STARTED,
            ExecutionState.DONE,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Successor:
    """Who takes it over."""

    id: int
    name: str
    can_act: bool


@dataclass(frozen=True, slots=True)
class Handover:
    """``before`` and ``other`` are the keys of who did it so far, and who does the other part."""

    reference: str
    severity: str
    state: str
    role: ExecutionRole
    before: int
    other: int


def is_open(role: ExecutionRole, state: str) -> bool:
    """Whether this person still has something to do at this state of the execution."""
    return state in _OPEN[role]


def replace_violations(handover: Handover, successor: Successor | None, reason: str) -> Violations:
    """Every reason why the person cannot be replaced by ``successor``."""
    violations = []
    does = handover.role.label.lower()
    if not is_open(handover.role, handover.state):
        sentence = f"{handover.reference} is past that: nothing is left for who {does} it."
        violations.append(Violation("X-OVER", sentence))
    if successor is None:
        violations.append(Violation("X-OTHER", f"Name who {does} it from now on.", "person"))
    elif not successor.can_act:
        sentence = f"{successor.name} cannot act in this incident: name somebody else."
        violations.append(Violation("X-OTHER", sentence, "person"))
    elif successor.id == handover.before:
        sentence = f"{successor.name} {does} it already."
        violations.append(Violation("X-OTHER", sentence, "person"))
    elif successor.id == handover.other and handover.severity == Severity.SEV1:
        sentence = f"{successor.name} would execute and verify; SEV-1 needs two people."
        violations.append(Violation("X-TWO", sentence, "person"))
    if says_nothing(reason):
        violations.append(Violation("X-WHY", "Say why somebody else does it.", "reason"))
    return tuple(violations)

"""The special rules of an incident, and leaving one of them.

``D-DUAL`` and ``D-FIRST`` apply by what is impacted, by the scenario, or (the second) because the
commander says so. Once they applied they stay: a surface that is dropped, or another scenario, does
not lift them. Two people lift them, each in an own role.

``K-GUARD``: a special rule is marked once, and left only while nothing in the incident asks for it.
``K-WHY``: marking or leaving a special rule needs a reason.
``K-BOTH``: commander and data owner, or commander and deputy or admin, two people, both leave it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.decision.option import FIRST_CODE
from incidents.rules.dual_signature import DUAL_CODE
from incidents.vocabulary import DependencyClass
from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]

LABELS = {
    DUAL_CODE: "two signatures under each decision",
    FIRST_CODE: "rollback and access revocation before any hotfix",
}
SECOND_SIGNER = {DUAL_CODE: "the data owner", FIRST_CODE: "the deputy or an admin"}
"""Who leaves a rule besides the commander."""


def required_rules(classes: Iterable[str], scenario_rules: Iterable[str]) -> frozenset[str]:
    """The special rules that the impacted dependency classes and the scenario ask for."""
    by_class = {DUAL_CODE} if DependencyClass.BILLING in set(classes) else set()
    return frozenset((set(scenario_rules) & LABELS.keys()) | by_class)


@dataclass(frozen=True, slots=True)
class Safeguard:
    """``applies``: it is in force. ``is_required``: surfaces or scenario ask for it now.

    ``asked_by`` is the key of the person who asked to leave it, ``asked_as_commander`` in which
    role; None while nobody has asked since they changed.
    """

    code: str
    applies: bool
    is_required: bool
    asked_by: int | None = None
    asked_as_commander: bool = False


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who wants to leave it. ``is_second``: they hold the other role that it takes."""

    person: int
    is_commander: bool
    is_second: bool


def mark_violations(safeguard: Safeguard, reason: str) -> Violations:
    """May the commander mark the incident as an access bypass?"""
    violations = []
    if safeguard.applies:
        sentence = f"This holds already: {LABELS[safeguard.code]}."
        violations.append(Violation("K-GUARD", sentence, "change"))
    if says_nothing(reason):
        violations.append(Violation("K-WHY", "Say why.", "reason"))
    return tuple(violations)


def leave_violations(safeguard: Safeguard, leaver: Leaver, reason: str) -> Violations:
    """May this person ask to leave it, or agree where another has asked?"""
    violations = []
    label, second = LABELS[safeguard.code], SECOND_SIGNER[safeguard.code]
    if not safeguard.applies:
        violations.append(Violation("K-GUARD", f"This does not hold: {label}.", "change"))
    elif safeguard.is_required:
        sentence = f"Surfaces or scenario ask for {label}: change those first."
        violations.append(Violation("K-GUARD", sentence, "change"))
    if says_nothing(reason):
        violations.append(Violation("K-WHY", "Say why.", "reason"))
    if not (leaver.is_commander or leaver.is_second):
        sentence = f"The commander and {second} leave this, both."
        violations.append(Violation("K-BOTH", sentence, "change"))
    elif safeguard.asked_by == leaver.person:
        who = second if safeguard.asked_as_commander else "the commander"
        sentence = f"You have asked already: it waits for {who}."
        violations.append(Violation("K-BOTH", sentence, "change"))
    return tuple(violations)


def completes(safeguard: Safeguard, leaver: Leaver) -> bool:
    """Whether with this person both have agreed: two people, one of them the commander."""
    if safeguard.asked_by is None or safeguard.asked_by == leaver.person:
        return False
    return leaver.is_second if safeguard.asked_as_commander else leaver.is_commander

"""The residual-risk register. Playbook: residual risks are explicit, not "none" by default.

``D-RISK``: a risk says what may still go wrong, "none" is none; a decision names at least one.
``RISK-OWNER``: the owner of a risk can act in its incident, and is another than before.
``RISK-STATE``: only an open risk changes its owner or is retired.
``RISK-REASON``: retiring a risk needs the reason why it is no risk any more.
"""

from dataclasses import dataclass

from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Violations = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class RiskOwner:
    """The person who would own a risk. ``can_act``: an active responder who may know of it."""

    person: int
    name: str
    can_act: bool = True


def text_violation(sentence: str, field: str) -> Violation:
    """The refusal of a residual risk that is missing or says nothing."""
    return Violation("D-RISK", sentence, field)


def add_violations(text: str, owner: RiskOwner | None) -> Violations:
    """May this be added to the register? It may have no owner yet."""
    violations = []
    if says_nothing(text):
        sentence = "Write what may still go wrong."
        if has_content(text):
            sentence = f"{quoted(text)} is not a risk: say what may still go wrong."
        violations.append(text_violation(sentence, "text"))
    return (*violations, *_owner(owner))


def own_violations(
    reference: str, is_open: bool, before: int | None, owner: RiskOwner
) -> Violations:
    """Giving it to ``owner``: it is open, and not theirs already. ``before`` is a person's id."""
    violations = []
    if not is_open:
        violations.append(_retired(reference, "owner"))
    if owner.person == before:
        violations.append(Violation("RISK-OWNER", f"{owner.name} owns it already.", "owner"))
    return (*violations, *_owner(owner))


def _owner(owner: RiskOwner | None) -> Violations:
    if owner is None or owner.can_act:
        return ()
    sentence = f"{owner.name} cannot act in this incident: name somebody else."
    return (Violation("RISK-OWNER", sentence, "owner"),)


def _retired(reference: str, field: str) -> Violation:
    return Violation("RISK-STATE", f"{reference} is retired already.", field)


def retire_violations(reason: str, reference: str, is_open: bool) -> Violations:
    """Retiring: it is open, and the reason says why it is no risk any more."""
    violations = []
    if not is_open:
        violations.append(_retired(reference, "reason"))
    if says_nothing(reason):
        sentence = "Say why it is no risk any more."
        if has_content(reason):
            sentence = f"{quoted(reason)} does not say why it is no risk any more."
        violations.append(Violation("RISK-REASON", sentence, "reason"))
    return tuple(violations)

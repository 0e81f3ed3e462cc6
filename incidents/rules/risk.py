"""The residual-risk register. Playbook: residual risks are explicit, not "none" by default."""

from dataclasses import dataclass

from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Found = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Who would answer for a risk. ``can_act``: an active responder who may know of it."""

    person: int
    name: str
    can_act: bool = True


def add_violations(text: str, owner: Answers | None) -> Found:
    """``D-RISK``: a risk in words; "none" and its like are not one. It may have no owner yet."""
    found = []
    if says_nothing(text):
        words = "Write what may still go wrong."
        if has_content(text):
            words = f"{quoted(text)} is not a risk: say what may still go wrong."
        found.append(Violation("D-RISK", words, "text"))
    return (*found, *_owner(owner))


def own_violations(reference: str, is_open: bool, before: int | None, owner: Answers) -> Found:
    """Giving it to ``owner``: it is open, and not theirs already. ``before`` is a person."""
    found = []
    if not is_open:
        found.append(_retired(reference, "owner"))
    if owner.person == before:
        found.append(Violation("RISK-OWNER", f"{owner.name} owns it already.", "owner"))
    return (*found, *_owner(owner))


def _owner(owner: Answers | None) -> Found:
    if owner is None or owner.can_act:
        return ()
    words = f"{owner.name} cannot act in this incident: name somebody else."
    return (Violation("RISK-OWNER", words, "owner"),)


def _retired(reference: str, field: str) -> Violation:
    return Violation("RISK-STATE", f"{reference} is retired already.", field)


def retire_violations(reason: str, reference: str, is_open: bool) -> Found:
    """Retiring: it is open, and the reason says why it is no risk any more."""
    found = []
    if not is_open:
        found.append(_retired(reference, "reason"))
    if says_nothing(reason):
        words = "Say why it is no risk any more."
        if has_content(reason):
            words = f"{quoted(reason)} does not say why it is no risk any more."
        found.append(Violation("RISK-REASON", words, "reason"))
    return tuple(found)

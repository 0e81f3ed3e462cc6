"""Freezes: a stop on unrelated merges to a surface, lifted or kept on purpose with a reason.

``F-ONE``: a surface is frozen, or excused from it, once at a time.
``F-NONE``: only a freeze that is in force is lifted or kept.
``F-OWNER``: a freeze that is kept beyond its incident has an owner who can act.
``F-REASON``: freezing, declining, lifting and keeping each need a reason.
"""

from dataclasses import dataclass

from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class FreezeFacts:
    """Whether a surface is frozen, declined (with a reason why not), or neither."""

    surface: str
    is_frozen: bool = False
    is_declined: bool = False


@dataclass(frozen=True, slots=True)
class FreezeOwner:
    """The owner of a freeze that is kept beyond its incident."""

    name: str
    can_act: bool = True


def freeze_violations(stop: FreezeFacts, reason: str) -> Violations:
    """Freezing: allowed where it was declined before, but not twice."""
    violations = []
    if stop.is_frozen:
        violations.append(Violation("F-ONE", f"{stop.surface} is already frozen.", "surface"))
    return (*violations, *_reason(reason))


def decline_violations(stop: FreezeFacts, reason: str) -> Violations:
    """Declining a freeze, with a reason."""
    violations = []
    if stop.is_frozen or stop.is_declined:
        sentence = f"{stop.surface} already has a freeze or a reason for none."
        violations.append(Violation("F-ONE", sentence, "surface"))
    return (*violations, *_reason(reason))


def lift_violations(stop: FreezeFacts, reason: str) -> Violations:
    """Lifting a freeze, also one that was kept."""
    return (*_frozen(stop), *_reason(reason))


def keep_violations(stop: FreezeFacts, keeper: FreezeOwner | None, reason: str) -> Violations:
    """Keeping a freeze on purpose, with an owner. Keeping it again may change the owner."""
    violations = []
    if keeper is None:
        violations.append(Violation("F-OWNER", "Name who answers for it.", "owner"))
    elif not keeper.can_act:
        sentence = f"{keeper.name} cannot act in this incident: name somebody else."
        violations.append(Violation("F-OWNER", sentence, "owner"))
    return (*_frozen(stop), *violations, *_reason(reason))


def _frozen(stop: FreezeFacts) -> Violations:
    if stop.is_frozen:
        return ()
    return (Violation("F-NONE", f"{stop.surface} is not frozen.", "surface"),)


def _reason(reason: str) -> Violations:
    if not says_nothing(reason):
        return ()
    return (Violation("F-REASON", "Say why, in a few words.", "reason"),)

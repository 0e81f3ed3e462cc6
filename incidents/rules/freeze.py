"""Freezes: a stop on unrelated merges to a surface, lifted or kept on purpose with a reason."""

from dataclasses import dataclass

from kernel.refusal import Violation
from kernel.text import says_nothing

Found = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """How a surface stands in an incident: frozen, declined (a reason why not), or neither."""

    surface: str
    is_frozen: bool = False
    is_declined: bool = False


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who answers for a freeze that is kept beyond its incident."""

    name: str
    can_act: bool = True


def freeze_violations(stop: Stop, reason: str) -> Found:
    """Freezing: also where a reason why not is on record, but not twice."""
    found = []
    if stop.is_frozen:
        found.append(Violation("F-ONE", f"{stop.surface} is already frozen.", "surface"))
    return (*found, *_reason(reason))


def decline_violations(stop: Stop, reason: str) -> Found:
    """Saying why it is not frozen."""
    found = []
    if stop.is_frozen or stop.is_declined:
        words = f"{stop.surface} already has a freeze or a reason for none."
        found.append(Violation("F-ONE", words, "surface"))
    return (*found, *_reason(reason))


def lift_violations(stop: Stop, reason: str) -> Found:
    """Lifting: a kept one too."""
    return (*_frozen(stop), *_reason(reason))


def keep_violations(stop: Stop, keeper: Keeper | None, reason: str) -> Found:
    """Keeping it on purpose: somebody answers for it. Keeping again gives it to another."""
    found = []
    if keeper is None:
        found.append(Violation("F-OWNER", "Name who answers for it.", "owner"))
    elif not keeper.can_act:
        words = f"{keeper.name} cannot act in this incident: name somebody else."
        found.append(Violation("F-OWNER", words, "owner"))
    return (*_frozen(stop), *found, *_reason(reason))


def _frozen(stop: Stop) -> Found:
    if stop.is_frozen:
        return ()
    return (Violation("F-NONE", f"{stop.surface} is not frozen.", "surface"),)


def _reason(reason: str) -> Found:
    if not says_nothing(reason):
        return ()
    return (Violation("F-REASON", "Say why, in a few words.", "reason"),)

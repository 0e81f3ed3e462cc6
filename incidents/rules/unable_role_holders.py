"""What is wrong when somebody who holds a role has lost the account or the group."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.checkpoint import Fault
from incidents.rules.wording import first_lower, listed
from incidents.vocabulary import Status


@dataclass(frozen=True, slots=True)
class Held:
    """A role in words, of a person who can no longer act; ``href`` is where another is named."""

    person: int
    name: str
    role: str
    href: str = ""


def faults(status: str, unable: Iterable[Held]) -> tuple[Fault, ...]:
    """``R-UNABLE``: one fault a person, with all their roles. Only an active incident has any."""
    if status != Status.ACTIVE:
        return ()
    roles: dict[int, list[Held]] = {}
    for held in unable:
        roles.setdefault(held.person, []).append(held)
    return tuple(_fault(held) for held in roles.values())


def _fault(held: list[Held]) -> Fault:
    first = held[0]
    roles = listed(first_lower(one.role) for one in held)
    sentence = f"Still named as {roles}, which counts as nobody. Name somebody else."
    return Fault("R-UNABLE", f"{first.name} can no longer act", sentence, first.href)

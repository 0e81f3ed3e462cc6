"""The fault when somebody who holds something has lost their account or group, or may not enter.

``R-UNABLE``: in an active incident, every holder of a role, of a decision's execution or
verification, of an active branch and of an open risk can still act.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.checkpoint import Fault
from incidents.rules.wording import first_lower, listed
from incidents.vocabulary import Status


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a person who can no longer act; ``href`` is where another one is named.

    ``is_shut_out``: the incident is restricted, and the person takes no part in it.
    """

    person: int
    name: str
    role: str
    href: str = ""
    is_shut_out: bool = False


def faults(status: str, unable: Iterable[HeldRole]) -> tuple[Fault, ...]:
    """One fault a person, with all their roles, in an active incident only."""
    if status != Status.ACTIVE:
        return ()
    roles: dict[int, list[HeldRole]] = {}
    for role in unable:
        roles.setdefault(role.person, []).append(role)
    return tuple(_fault(role) for role in roles.values())


def _fault(roles_of_person: list[HeldRole]) -> Fault:
    first = roles_of_person[0]
    roles = listed(first_lower(role.role) for role in roles_of_person)
    if first.is_shut_out:
        sentence = (
            f"The incident is restricted, and {first.name} takes no part in it. Still named as"
            f" {roles}, which counts as nobody: let them take part, or name somebody else."
        )
        return Fault("R-UNABLE", f"{first.name} may not enter", sentence, first.href)
    sentence = f"Still named as {roles}, which counts as nobody. Name somebody else."
    return Fault("R-UNABLE", f"{first.name} can no longer act", sentence, first.href)

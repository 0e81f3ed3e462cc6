"""Who may be given a role, and who may leave.

``R-PERSON``: only an active responder takes a role or takes part.
``R-SAME``: a role or participation changes hands; it is not given to who has it already.
``R-DEPUTY``: commander and deputy are two people.
``R-CLAIM``: a lane is claimed while nobody who can act owns it.
``R-HOLDS``: whoever holds a role hands it over before leaving.
"""

from collections.abc import Iterable

from kernel.refusal import Violation

Violations = tuple[Violation, ...]


def responder_violations(name: str, *, can_respond: bool, field: str) -> Violations:
    """A role can only be given to an active responder."""
    if can_respond:
        return ()
    sentence = f"{name} cannot take a role: only active responders can."
    return (Violation("R-PERSON", sentence, field),)


def deputy_violations(name: str, other_role: str) -> Violations:
    """The person already is the other of commander and deputy."""
    sentence = f"{name} already is {other_role}; commander and deputy are two people."
    return (Violation("R-DEPUTY", sentence, "person"),)


def same_holder_violations(name: str, role: str) -> Violations:
    """The person has this very role already."""
    return (Violation("R-SAME", f"{name} already is {role}.", "person"),)


def already_participating_violations(name: str) -> Violations:
    """The person takes part already."""
    return (Violation("R-SAME", f"{name} already takes part.", "person"),)


def not_participating_violations(name: str) -> Violations:
    """The person cannot leave because they do not take part."""
    return (Violation("R-SAME", f"{name} does not take part.", "person"),)


def claim_violations(lane: str, owner: str, *, can_act: bool) -> Violations:
    """May a lane be claimed? ``owner`` is "" without one; one who can act keeps it."""
    if not owner or not can_act:
        return ()
    sentence = f"{lane} has an owner: {owner}. They can hand it over, or the commander gives it."
    return (Violation("R-CLAIM", sentence),)


def leave_violations(name: str, roles: Iterable[str]) -> Violations:
    """May the person leave? ``roles`` are the roles that they hold."""
    roles = tuple(roles)
    if not roles:
        return ()
    sentence = f"{name} still is {', '.join(roles)}. Give that to others first."
    return (Violation("R-HOLDS", sentence, "person"),)

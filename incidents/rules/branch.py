"""Recovery branches. Playbook, "Recovery branch strategy matrix"."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.wording import listed
from incidents.vocabulary import BranchType
from warroom.kernel.refusal import Violation
from warroom.kernel.text import says_nothing

Found = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class ActiveBranch:
    """A branch that is worked on. ``owner`` is a person's number, ``can_act`` whether they may."""

    number: int
    type: str
    name: str
    owner: int
    owner_name: str
    can_act: bool = True


def violations(branch: ActiveBranch, others: Iterable[ActiveBranch]) -> Found:
    """May ``branch`` be active beside ``others``, as it would then be?"""
    others = tuple(one for one in others if one.number != branch.number)
    found = []
    if branch.type not in BranchType.values:
        found.append(Violation("B-TYPE", "Choose the type of the branch.", "type"))
    if says_nothing(branch.name):
        found.append(Violation("B-NAME", "Name the branch as it is called.", "name"))
    elif any(one.name == branch.name for one in others):
        words = f"“{branch.name}” is active already: one entry for each branch."
        found.append(Violation("B-NAME", words, "name"))
    if not branch.can_act:
        words = f"{branch.owner_name} cannot act in this incident: name somebody else."
        found.append(Violation("B-OWNER", words, "owner"))
    return (*found, *_three(branch, others))


def _three(branch: ActiveBranch, others: tuple[ActiveBranch, ...]) -> Found:
    """``B-THREE``: all three types at once only under one owner of all."""
    active = (*others, branch)
    if {one.type for one in active} != set(BranchType.values):
        return ()
    owners = {one.owner: one.owner_name for one in active}
    if len(owners) == 1:
        return ()
    words = (
        f"All three types would be active, owned by {listed(owners.values())}: one person must own"
        " them all, or one branch ends first."
    )
    return (Violation("B-THREE", words, "owner"),)

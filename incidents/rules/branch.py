"""Recovery branches. Playbook, "Recovery branch strategy matrix"."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.wording import listed
from incidents.vocabulary import BranchState, BranchType
from kernel.refusal import Violation
from kernel.text import says_nothing

Found = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class ActiveBranch:
    """A branch that is worked on, or would be.

    ``owner`` is a person's number, None while nobody is named; ``can_act`` whether they may.
    """

    number: int
    type: str
    name: str
    owner: int | None
    owner_name: str = ""
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
    return (*found, *_owner(branch), *_three(branch, others))


def pass_violations(branch: ActiveBranch, others: Iterable[ActiveBranch], before: int) -> Found:
    """May ``branch`` go from the person ``before`` to its owner, beside ``others``?"""
    found = []
    if branch.owner == before:
        found.append(Violation("B-OWNER", f"{branch.owner_name} owns it already.", "owner"))
    others = tuple(one for one in others if one.number != branch.number)
    return (*found, *_owner(branch), *_three(branch, others))


def end_violations(reference: str, now: str, to: str, reason: str) -> Found:
    """May a branch that is ``now`` active, merged or abandoned end as ``to``?"""
    found = []
    if now != BranchState.ACTIVE:
        words = f"{reference} is {BranchState(now).label.lower()} already."
        found.append(Violation("B-STATE", words, "state"))
    elif to not in (BranchState.MERGED, BranchState.ABANDONED):
        found.append(Violation("B-STATE", "Say whether it is merged or abandoned.", "state"))
    if to == BranchState.ABANDONED and says_nothing(reason):
        found.append(Violation("B-REASON", "Say why it is abandoned.", "reason"))
    return tuple(found)


def _owner(branch: ActiveBranch) -> Found:
    if branch.owner is None:
        return (Violation("B-OWNER", "Name who owns it.", "owner"),)
    if branch.can_act:
        return ()
    words = f"{branch.owner_name} cannot act in this incident: name somebody else."
    return (Violation("B-OWNER", words, "owner"),)


def _three(branch: ActiveBranch, others: tuple[ActiveBranch, ...]) -> Found:
    """``B-THREE``: all three types at once only under one owner of all."""
    active = (*others, branch)
    if branch.owner is None or {one.type for one in active} != set(BranchType.values):
        return ()
    owners = {one.owner: one.owner_name for one in active}
    if len(owners) == 1:
        return ()
    words = (
        f"Hotfix, rollback and containment would all be active, owned by {listed(owners.values())}:"
        " one person must own every active branch, or one ends first."
    )
    return (Violation("B-THREE", words, "owner"),)

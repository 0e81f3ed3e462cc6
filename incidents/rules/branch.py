"""Recovery branches. Playbook, "Recovery branch strategy matrix".

``B-TYPE``: the type of a branch is one that we know.
``B-NAME``: a branch has a name, and no other active one has the same.
``B-OWNER``: a branch has an owner who can act, and passing it on changes the owner.
``B-THREE``: all three types are active at once only under a single owner.
``B-STATE``: only an active branch is passed on or ended, and it ends as merged or abandoned.
``B-REASON``: abandoning a branch needs a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.wording import listed
from incidents.vocabulary import BranchState, BranchType
from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class ActiveBranch:
    """A branch that is, or would be, active.

    ``owner`` is a person's id, None while nobody is named; ``can_act``: the owner may act here.
    """

    number: int
    type: str
    name: str
    owner: int | None
    owner_name: str = ""
    can_act: bool = True


def violations(branch: ActiveBranch, others: Iterable[ActiveBranch]) -> Violations:
    """May ``branch`` be active beside ``others``?"""
    others = tuple(other for other in others if other.number != branch.number)
    violations = []
    if branch.type not in BranchType.values:
        violations.append(Violation("B-TYPE", "Choose the type of the branch.", "type"))
    if says_nothing(branch.name):
        violations.append(Violation("B-NAME", "Name the branch as it is called.", "name"))
    elif any(other.name == branch.name for other in others):
        sentence = f"“{branch.name}” is active already: one entry for each branch."
        violations.append(Violation("B-NAME", sentence, "name"))
    return (*violations, *_owner(branch), *_three(branch, others))


def pass_violations(
    branch: ActiveBranch, others: Iterable[ActiveBranch], before: int
) -> Violations:
    """May ``branch`` pass from the person ``before`` to its new owner, beside ``others``?"""
    violations = []
    if branch.owner == before:
        violations.append(Violation("B-OWNER", f"{branch.owner_name} owns it already.", "owner"))
    others = tuple(other for other in others if other.number != branch.number)
    return (*violations, *_owner(branch), *_three(branch, others))


def active_violations(reference: str, state: str, field: str) -> Violations:
    """Is the branch still active?"""
    if state == BranchState.ACTIVE:
        return ()
    sentence = f"{reference} is {BranchState(state).label.lower()} already."
    return (Violation("B-STATE", sentence, field),)


def end_violations(reference: str, now: str, to: str, reason: str) -> Violations:
    """May a branch whose state is ``now`` end as ``to``?"""
    violations = list(active_violations(reference, now, "state"))
    if not violations and to not in (BranchState.MERGED, BranchState.ABANDONED):
        violations.append(Violation("B-STATE", "Say whether it is merged or abandoned.", "state"))
    if to == BranchState.ABANDONED and says_nothing(reason):
        violations.append(Violation("B-REASON", "Say why it is abandoned.", "reason"))
    return tuple(violations)


def _owner(branch: ActiveBranch) -> Violations:
    if branch.owner is None:
        return (Violation("B-OWNER", "Name who owns it.", "owner"),)
    if branch.can_act:
        return ()
    sentence = f"{branch.owner_name} cannot act in this incident: name somebody else."
    return (Violation("B-OWNER", sentence, "owner"),)


def _three(branch: ActiveBranch, others: tuple[ActiveBranch, ...]) -> Violations:
    active = (*others, branch)
    types = {active_branch.type for active_branch in active}
    if branch.owner is None or types != set(BranchType.values):
        return ()
    owners = {active_branch.owner: active_branch.owner_name for active_branch in active}
    if len(owners) == 1:
        return ()
    sentence = (
        f"Hotfix, rollback and containment would all be active, owned by {listed(owners.values())}:"
        " one person must own every active branch, or one ends first."
    )
    return (Violation("B-THREE", sentence, "owner"),)

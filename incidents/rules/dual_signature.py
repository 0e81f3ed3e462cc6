"""``D-DUAL``: two people sign before a decision on billing or ledger data is executed.

Playbook, "Scenario B": data owner and incident commander, dual sign-off required.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.wording import first_lower, listed
from incidents.vocabulary import ExecutionState, SignRole
from kernel.refusal import Violation

Found = tuple[Violation, ...]

OPEN_TO_SIGN = (ExecutionState.PENDING, ExecutionState.DECIDED)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature. ``is_valid``: the record is still the one that was signed."""

    role: str
    person: int
    name: str
    is_valid: bool = True


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds one of the two roles now; ``person`` None when nobody does."""

    role: str
    person: int | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class DualFacts:
    """A decision that two must sign, and how far it is. ``role_href`` names a data owner."""

    reference: str
    is_dual: bool
    state: str
    signatures: tuple[Signed, ...]
    holders: tuple[Holder, ...]
    role_href: str = ""

    @property
    def valid(self) -> tuple[Signed, ...]:
        return tuple(one for one in self.signatures if one.is_valid)

    @property
    def signed_roles(self) -> frozenset[str]:
        return frozenset(one.role for one in self.valid)

    @property
    def is_complete(self) -> bool:
        """Both roles, by two people, under the record as it stands."""
        return _both(self.valid)

    @property
    def is_changed(self) -> bool:
        """Somebody signed what the record no longer says."""
        return any(not one.is_valid for one in self.signatures)


@dataclass(frozen=True, slots=True)
class Missing:
    """A signature that is still to come: whose, and what keeps them from giving it."""

    role: str
    person: int | None
    sentence: str
    href: str = ""


def _both(valid: Iterable[Signed]) -> bool:
    by_role = {one.role: one.person for one in valid}
    return set(by_role) == set(SignRole.values) and len(set(by_role.values())) == len(SignRole)


def missing(facts: DualFacts) -> tuple[Missing, ...]:
    """Who is still to sign, in words; empty when both have or nobody has to."""
    if not facts.is_dual or facts.state not in OPEN_TO_SIGN:
        return ()
    return tuple(
        _missing(facts, holder) for holder in facts.holders if holder.role not in facts.signed_roles
    )


def _missing(facts: DualFacts, holder: Holder) -> Missing:
    role = first_lower(SignRole(holder.role).label)
    if holder.person is None:
        return Missing(holder.role, None, f"the {role}: nobody is named, name one", facts.role_href)
    if any(one.person == holder.person for one in facts.valid):
        words = f"the {role}: {holder.name} signed already as the other, name a second person"
        return Missing(holder.role, None, words, facts.role_href)
    return Missing(holder.role, holder.person, f"{holder.name}, {role}")


def sign_violations(facts: DualFacts, role: str, person: int, seen: bool) -> Found:
    """May this person sign in this role? ``seen``: what they read is what the record says."""
    found = []
    if not facts.is_dual:
        found.append(_said(f"{facts.reference} needs no signatures."))
    elif facts.state not in OPEN_TO_SIGN:
        state = ExecutionState(facts.state).label.lower()
        found.append(_said(f"{facts.reference} can no longer be signed: {state}."))
    holder = next((one for one in facts.holders if one.role == role), None)
    if holder is None:
        found.append(_said("Sign as commander or as data owner."))
    elif holder.person != person:
        label = first_lower(SignRole(role).label)
        who = f"{holder.name} does" if holder.name else "nobody does"
        found.append(_said(f"You do not hold the role {label} now: {who}."))
    if role in facts.signed_roles:
        by = next(one.name for one in facts.valid if one.role == role)
        found.append(_said(f"{by} has signed already for this role."))
    elif any(one.person == person for one in facts.valid):
        found.append(_said("You signed already: the other signature is of a second person."))
    if not seen:
        words = f"{facts.reference} is not what you read any more: read it again, then sign."
        found.append(_said(words))
    return tuple(found)


def may_execute(facts: DualFacts) -> Found:
    """Not before both have signed what the record says."""
    if not facts.is_dual or facts.is_complete:
        return ()
    who = listed(one.sentence for one in missing(facts)) or "two people"
    changed = (
        " It changed after it was signed, and must be signed again." if facts.is_changed else ""
    )
    words = f"{facts.reference} waits for signatures: {who}.{changed}"
    return (Violation("D-DUAL", words, "signatures"),)


def _said(sentence: str) -> Violation:
    return Violation("D-DUAL", sentence, "signatures")

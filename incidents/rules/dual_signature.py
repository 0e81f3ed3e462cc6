"""Two signatures under a decision on billing or ledger data.

Playbook, "Scenario B": data owner and incident commander, dual sign-off required.

``D-DUAL``: two people sign before a decision on billing or ledger data is executed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.wording import first_lower, listed
from incidents.vocabulary import ExecutionState, SignRole
from kernel.refusal import Violation

Violations = tuple[Violation, ...]

DUAL_CODE = "D-DUAL"

OPEN_TO_SIGN = (ExecutionState.PENDING, ExecutionState.DECIDED)

_ENDED = (ExecutionState.SUPERSEDED, ExecutionState.WITHDRAWN)


def is_open_to_sign(state: str, *, acted_first: bool) -> bool:
    """Before its execution begins; what was done first, or began before two had to sign, is signed
    afterwards, however far it is."""
    return state not in _ENDED if acted_first else state in OPEN_TO_SIGN


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """A signature. ``is_valid``: the record has not changed since it was signed."""

    role: str
    person: int
    name: str
    is_valid: bool = True


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Who holds the role now; ``person`` is None when nobody does."""

    role: str
    person: int | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class DualFacts:
    """A decision that two people must sign, and its progress.

    ``role_href`` is the page on which a data owner is named.
    """

    reference: str
    is_dual: bool
    state: str
    signatures: tuple[SignatureFacts, ...]
    holders: tuple[RoleHolder, ...]
    role_href: str = ""
    acted_first: bool = False

    @property
    def is_open(self) -> bool:
        return is_open_to_sign(self.state, acted_first=self.acted_first)

    @property
    def valid(self) -> tuple[SignatureFacts, ...]:
        return tuple(signature for signature in self.signatures if signature.is_valid)

    @property
    def signed_roles(self) -> frozenset[str]:
        return frozenset(signature.role for signature in self.valid)

    @property
    def is_complete(self) -> bool:
        """Two people have signed in both roles, under the current record."""
        return _both(self.valid)

    @property
    def is_changed(self) -> bool:
        """The record has changed since somebody signed it."""
        return any(not signature.is_valid for signature in self.signatures)


@dataclass(frozen=True, slots=True)
class MissingSignature:
    """A signature that is still missing: whose, and what prevents it."""

    role: str
    person: int | None
    sentence: str
    href: str = ""


def _both(valid: Iterable[SignatureFacts]) -> bool:
    by_role = {signature.role: signature.person for signature in valid}
    return set(by_role) == set(SignRole.values) and len(set(by_role.values())) == len(SignRole)


def missing_signatures(facts: DualFacts) -> tuple[MissingSignature, ...]:
    """Who has yet to sign; empty when both have, or no signature is needed."""
    if not facts.is_dual or not facts.is_open:
        return ()
    return tuple(
        _missing(facts, holder) for holder in facts.holders if holder.role not in facts.signed_roles
    )


def _missing(facts: DualFacts, holder: RoleHolder) -> MissingSignature:
    role = first_lower(SignRole(holder.role).label)
    if holder.person is None:
        return MissingSignature(
            holder.role, None, f"the {role}: nobody is named, name one", facts.role_href
        )
    if any(signature.person == holder.person for signature in facts.valid):
        sentence = f"the {role}: {holder.name} signed already as the other, name a second person"
        return MissingSignature(holder.role, None, sentence, facts.role_href)
    return MissingSignature(holder.role, holder.person, f"{holder.name}, {role}")


def sign_violations(facts: DualFacts, role: str, person: int, seen: bool) -> Violations:
    """May this person sign in this role? ``seen``: they have read the current record."""
    violations = []
    if not facts.is_dual:
        violations.append(_violation(f"{facts.reference} needs no signatures."))
    elif not facts.is_open:
        state = ExecutionState(facts.state).label.lower()
        violations.append(_violation(f"{facts.reference} can no longer be signed: {state}."))
    holder = next((entry for entry in facts.holders if entry.role == role), None)
    if holder is None:
        violations.append(_violation("Sign as commander or as data owner."))
    elif holder.person != person:
        label = first_lower(SignRole(role).label)
        who = f"{holder.name} does" if holder.name else "nobody does"
        violations.append(_violation(f"You do not hold the role {label} now: {who}."))
    if role in facts.signed_roles:
        by = next(entry.name for entry in facts.valid if entry.role == role)
        violations.append(_violation(f"{by} has signed already for this role."))
    elif any(entry.person == person for entry in facts.valid):
        violations.append(
            _violation("You signed already: the other signature is of a second person.")
        )
    if not seen:
        sentence = f"{facts.reference} is not what you read any more: read it again, then sign."
        violations.append(_violation(sentence))
    return tuple(violations)


def may_execute(facts: DualFacts) -> Violations:
    """A dual decision is not executed before both have signed its current record."""
    if not facts.is_dual or facts.is_complete:
        return ()
    who = listed(signature.sentence for signature in missing_signatures(facts)) or "two people"
    changed = (
        " It changed after it was signed, and must be signed again." if facts.is_changed else ""
    )
    sentence = f"{facts.reference} waits for signatures: {who}.{changed}"
    return (Violation(DUAL_CODE, sentence, "signatures"),)


def signer_warnings(data_owner: str, *, is_commander: bool, href: str) -> Violations:
    """The warning of a decision that has no second person to sign it yet.

    ``data_owner`` is their name, empty when there is none; ``href`` is where one is named.
    """
    if not data_owner:
        sentence = "Nobody is data owner yet: the decision waits until one is named and has signed."
    elif is_commander:
        sentence = (
            f"{data_owner} is commander and data owner: the decision waits for a second person."
        )
    else:
        return ()
    return (Violation(DUAL_CODE, sentence, href=href),)


def _violation(sentence: str) -> Violation:
    return Violation(DUAL_CODE, sentence, "signatures")

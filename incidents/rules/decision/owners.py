"""Who executes and who verifies.

``D-OWNERS``: executor and verifier are named and can act; for SEV-1 they are two people.
"""

from incidents.rules.decision.inputs import Candidate, Proposal, Situation
from incidents.rules.dual_signature import signer_warnings
from incidents.vocabulary import Severity
from kernel.refusal import Violation

Violations = tuple[Violation, ...]


def owners(proposal: Proposal, situation: Situation) -> Violations:
    """Both are named and can act; for SEV-1 they are two people."""
    violations = _able("executor", "executes", proposal.executor)
    violations += _able("verifier", "verifies", proposal.verifier)
    if situation.severity == Severity.SEV1 and (person := _same(proposal)):
        sentence = f"{person.name} would execute and verify; SEV-1 needs two people."
        violations += (Violation("D-OWNERS", sentence, "verifier"),)
    return violations


def same_person(proposal: Proposal, situation: Situation) -> Violations:
    """The warning below SEV-1, where one person may do both."""
    person = _same(proposal)
    if person is None or situation.severity == Severity.SEV1:
        return ()
    sentence = f"{person.name} would execute and verify: a second person sees more."
    return (Violation("D-OWNERS", sentence, "verifier"),)


def signers(proposal: Proposal, situation: Situation) -> Violations:
    """The warning where two people must sign and there are not two yet."""
    if not situation.is_dual:
        return ()
    data_owner, commander = situation.data_owner, situation.commander
    return signer_warnings(
        data_owner.name if data_owner else "",
        is_commander=data_owner is not None
        and commander is not None
        and data_owner.id == commander.id,
        href=situation.commander_href,
    )


def _able(field: str, does: str, person: Candidate | None) -> Violations:
    if person is None:
        return (Violation("D-OWNERS", f"Name who {does}.", field),)
    if not person.can_act:
        sentence = f"{person.name} cannot act in this incident: name somebody else who {does}."
        return (Violation("D-OWNERS", sentence, field),)
    return ()


def _same(proposal: Proposal) -> Candidate | None:
    executor, verifier = proposal.executor, proposal.verifier
    if executor is None or verifier is None or executor.id != verifier.id:
        return None
    return executor

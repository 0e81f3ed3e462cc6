"""Who executes and who verifies."""

from incidents.rules.decision.inputs import Candidate, Proposal, Situation
from incidents.vocabulary import Severity
from kernel.refusal import Violation

Found = tuple[Violation, ...]


def owners(proposal: Proposal, situation: Situation) -> Found:
    """``D-OWNERS``: both are named and can act; for SEV-1 they are two people."""
    found = _able("executor", "executes", proposal.executor)
    found += _able("verifier", "verifies", proposal.verifier)
    if situation.severity == Severity.SEV1 and (person := _same(proposal)):
        words = f"{person.name} would execute and verify; SEV-1 needs two people."
        found += (Violation("D-OWNERS", words, "verifier"),)
    return found


def one_person(proposal: Proposal, situation: Situation) -> Found:
    """The warning below SEV-1: allowed, and still hero mode."""
    person = _same(proposal)
    if person is None or situation.severity == Severity.SEV1:
        return ()
    words = f"{person.name} would execute and verify: a second person sees more."
    return (Violation("D-OWNERS", words, "verifier"),)


def signers(proposal: Proposal, situation: Situation) -> Found:
    """The warning where ``D-DUAL`` applies and there are not yet two people to sign."""
    if not situation.is_dual:
        return ()
    data, commander = situation.data_owner, situation.commander
    if data is None:
        words = "Nobody is data owner yet: the decision waits until one is named and has signed."
    elif commander is not None and data.id == commander.id:
        words = f"{data.name} is commander and data owner: the decision waits for a second person."
    else:
        return ()
    return (Violation("D-DUAL", words, href=situation.commander_href),)


def _able(field: str, does: str, person: Candidate | None) -> Found:
    if person is None:
        return (Violation("D-OWNERS", f"Name who {does}.", field),)
    if not person.can_act:
        words = f"{person.name} cannot act in this incident: name somebody else who {does}."
        return (Violation("D-OWNERS", words, field),)
    return ()


def _same(proposal: Proposal) -> Candidate | None:
    executor, verifier = proposal.executor, proposal.verifier
    if executor is None or verifier is None or executor.id != verifier.id:
        return None
    return executor

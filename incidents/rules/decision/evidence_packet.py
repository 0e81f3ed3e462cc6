"""What the record says, and who answers for it.

The evidence packet (owner, readiness, scope, evidence, risks, next action), the three statements of
the playbook's "Decision quality guardrails", and the two owners.
"""

from incidents.rules.checkpoint_limits import deadline_problem, max_deadline
from incidents.rules.decision.inputs import Candidate, Proposal, Situation
from incidents.rules.dual_signature import signer_warnings
from incidents.rules.risk import text_violation
from incidents.rules.wording import duration, listed, quoted
from incidents.vocabulary import Severity
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Violations = tuple[Violation, ...]

OWNERS_CODE = "D-OWNERS"


def owner(proposal: Proposal, situation: Situation) -> Violations:
    """Before anything is decided, somebody is in command.

    ``D-OWNER``: severity and commander are set, and the commander can act.
    """
    violations = []
    if situation.severity not in Severity.values:
        sentence = "Declare the severity first."
        violations.append(Violation("D-OWNER", sentence, href=situation.severity_href))
    commander = situation.commander
    if commander is None:
        sentence = "Name a commander first."
        violations.append(Violation("D-OWNER", sentence, href=situation.commander_href))
    elif not commander.can_act:
        sentence = f"{commander.name} commands but can no longer act: name another commander."
        violations.append(Violation("D-OWNER", sentence, href=situation.commander_href))
    return tuple(violations)


def ready(proposal: Proposal, situation: Situation) -> Violations:
    """Later decisions need no readiness, and one override lasts.

    ``D-READY``: before the first decision readiness holds, or is skipped for a reason.
    """
    if not situation.is_first or situation.readiness.holds or is_overridden(proposal, situation):
        return ()
    missing = "; ".join(situation.readiness.missing)
    mend = "Mend this, or say why you skip it."
    if has_content(proposal.override_reason):
        mend = f"{quoted(proposal.override_reason)} does not say why you skip it."
    return (Violation("D-READY", f"Not ready: {missing}. {mend}", "override_reason"),)


def is_overridden(proposal: Proposal, situation: Situation) -> bool:
    """The commander skips readiness now, with a reason, or did so before."""
    return situation.is_overridden or not says_nothing(proposal.override_reason)


def scope(proposal: Proposal, situation: Situation) -> Violations:
    """What is hit, and how much of it.

    ``D-SCOPE``: the impacted scope is stated.
    """
    if not says_nothing(proposal.scope):
        return ()
    return (Violation("D-SCOPE", "State the impacted scope: what is hit, and how much.", "scope"),)


def evidence(proposal: Proposal, situation: Situation) -> Violations:
    """A readiness override lifts the precheck only.

    Every problem is in the same field, so only the first is reported: evidence of another
    incident, then nothing cited, then the precheck.

    ``D-EVIDENCE``: evidence of this incident is cited, and for the first decision a precheck.
    """
    sentence = _evidence_problem(proposal, situation)
    return (Violation("D-EVIDENCE", sentence, "evidence"),) if sentence else ()


def _evidence_problem(proposal: Proposal, situation: Situation) -> str:
    cited = proposal.evidence
    if foreign := [f"E-{citation.number}" for citation in cited if not citation.of_incident]:
        verb = "is" if len(foreign) == 1 else "are"
        return f"{listed(foreign)} {verb} not evidence of this incident."
    if not cited:
        return "Cite at least one evidence item."
    solid = [citation for citation in cited if citation.has_content]
    if not solid:
        return "Cite evidence that has content: what you cite is empty."
    if not situation.is_first or is_overridden(proposal, situation):
        return ""
    if any(citation.is_precheck for citation in solid):
        return ""
    if claimed := next((citation for citation in solid if citation.claimed_by), None):
        return (
            f"E-{claimed.number} is a precheck only as {claimed.claimed_by} claims: let the owner"
            " of its lane, or the commander, confirm it."
        )
    return "Cite the precheck output: the first decision rests on it."


def risks(proposal: Proposal, situation: Situation) -> Violations:
    """At least one residual risk is named, and none that says only "none".

    A "none" beside a real risk is refused too: it would enter the register.
    """
    texts = [text for text in proposal.risks if text.strip()]
    nothing = next((text for text in texts if says_nothing(text)), None)
    if nothing is not None:
        quote = quoted(nothing)
        sentence = f"Name at least one residual risk: {quote} is not one."
    elif not texts:
        sentence = (
            "Name at least one residual risk: take one of the register, or write what may fail."
        )
    else:
        return ()
    return (text_violation(sentence, "risk_new"),)


def next_action(proposal: Proposal, situation: Situation) -> Violations:
    """The deadline becomes the next checkpoint.

    ``D-NEXT``: the next action has a deadline within the limit of the severity.
    """
    violations = []
    if says_nothing(proposal.next_action):
        violations.append(Violation("D-NEXT", "Say what happens next.", "next_action"))
    if sentence := _deadline(proposal, situation):
        violations.append(Violation("D-NEXT", sentence, "deadline"))
    return tuple(violations)


def _deadline(proposal: Proposal, situation: Situation) -> str:
    if proposal.deadline is not None:
        return deadline_problem(
            "The deadline", proposal.deadline, situation.now, situation.severity
        )
    limit = max_deadline(situation.severity)
    within = f", at most {duration(limit)} from now" if limit else ""
    return f"Give the next action a deadline{within}."


def reversibility(proposal: Proposal, situation: Situation) -> Violations:
    """How quickly can we undo this?

    ``D-REVERSE``: the record says how quickly the decision can be undone.
    """
    sentence = "Say how quickly this can be undone."
    return _stated("D-REVERSE", "reversibility", proposal.reversibility, sentence)


def blast_radius(proposal: Proposal, situation: Situation) -> Violations:
    """What can get worse if this is wrong?

    ``D-BLAST``: the record says what can get worse if it is wrong.
    """
    sentence = "Say what can get worse if this is wrong."
    return _stated("D-BLAST", "blast_radius", proposal.blast_radius, sentence)


def verification(proposal: Proposal, situation: Situation) -> Violations:
    """What exact signal proves it worked?

    ``D-VERIFY``: the record says which exact signal proves that it worked.
    """
    sentence = "Say which exact signal proves that it worked."
    return _stated("D-VERIFY", "verification", proposal.verification, sentence)


def _stated(code: str, field: str, text: str, sentence: str) -> Violations:
    if not says_nothing(text):
        return ()
    if has_content(text):
        sentence = f"{sentence[:-1]}: {quoted(text)} does not."
    return (Violation(code, sentence, field),)


def owners(proposal: Proposal, situation: Situation) -> Violations:
    """One executes, one verifies.

    ``D-OWNERS``: executor and verifier are named and can act; for SEV-1 they are two people.
    """
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
        sentence = person.unable_sentence(f"name somebody else who {does}")
        return (Violation("D-OWNERS", sentence, field),)
    return ()


def _same(proposal: Proposal) -> Candidate | None:
    executor, verifier = proposal.executor, proposal.verifier
    if executor is None or verifier is None or executor.id != verifier.id:
        return None
    return executor

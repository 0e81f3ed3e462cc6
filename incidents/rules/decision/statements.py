"""The three statements. Playbook, "Decision quality guardrails".

``D-REVERSE``: the record says how quickly the decision can be undone.
``D-BLAST``: the record says what can get worse if it is wrong.
``D-VERIFY``: the record says which exact signal proves that it worked.
"""

from incidents.rules.decision.inputs import Proposal, Situation
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Violations = tuple[Violation, ...]


def reversibility(proposal: Proposal, situation: Situation) -> Violations:
    """How quickly can we undo this?"""
    sentence = "Say how quickly this can be undone."
    return _stated("D-REVERSE", "reversibility", proposal.reversibility, sentence)


def blast_radius(proposal: Proposal, situation: Situation) -> Violations:
    """What can get worse if this is wrong?"""
    sentence = "Say what can get worse if this is wrong."
    return _stated("D-BLAST", "blast_radius", proposal.blast_radius, sentence)


def verification(proposal: Proposal, situation: Situation) -> Violations:
    """What exact signal proves it worked?"""
    sentence = "Say which exact signal proves that it worked."
    return _stated("D-VERIFY", "verification", proposal.verification, sentence)


def _stated(code: str, field: str, text: str, sentence: str) -> Violations:
    if not says_nothing(text):
        return ()
    if has_content(text):
        sentence = f"{sentence[:-1]}: {quoted(text)} does not."
    return (Violation(code, sentence, field),)

"""The three statements. Playbook, "Decision quality guardrails"."""

from incidents.rules.decision.inputs import Proposal, Situation
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Found = tuple[Violation, ...]


def reversibility(proposal: Proposal, situation: Situation) -> Found:
    """``D-REVERSE``: how quickly can we undo this?"""
    words = "Say how quickly this can be undone."
    return _stated("D-REVERSE", "reversibility", proposal.reversibility, words)


def blast_radius(proposal: Proposal, situation: Situation) -> Found:
    """``D-BLAST``: what can get worse if this is wrong?"""
    words = "Say what can get worse if this is wrong."
    return _stated("D-BLAST", "blast_radius", proposal.blast_radius, words)


def verification(proposal: Proposal, situation: Situation) -> Found:
    """``D-VERIFY``: what exact signal proves it worked?"""
    words = "Say which exact signal proves that it worked."
    return _stated("D-VERIFY", "verification", proposal.verification, words)


def _stated(code: str, field: str, text: str, words: str) -> Found:
    if not says_nothing(text):
        return ()
    if has_content(text):
        words = f"{words[:-1]}: {quoted(text)} does not."
    return (Violation(code, words, field),)

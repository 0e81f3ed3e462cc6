"""Hypotheses: stated in words, decided only by evidence. Playbook, "Lane 1: Investigation"."""

from dataclasses import dataclass

from incidents.rules.decision import Cited
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing
from lanes.rules.citing import foreign

Found = tuple[Violation, ...]

LONGEST = 500
"""Characters of a hypothesis."""

LONGEST_REST = 4000
"""Characters of its reproduction, and of a finding."""

VERDICTS = frozenset({"confirmed", "ruled_out"})


def state_violations(text: str, reproduction: str) -> Found:
    """``HY-TEXT``, ``HY-LONG``: it says what may explain the incident; steps may be left out."""
    found = []
    if says_nothing(text):
        words = "Write what may explain it."
        if has_content(text):
            words = f"{quoted(text)} explains nothing: write what may explain it."
        found.append(Violation("HY-TEXT", words, "text"))
    found += _length(text, LONGEST, "text")
    found += _length(reproduction, LONGEST_REST, "reproduction")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Deciding:
    """A verdict on a hypothesis. ``decided`` says how and by whom it is decided already."""

    reference: str
    decided: str
    verdict: str
    evidence: tuple[Cited, ...]
    finding: str


def decide_violations(deciding: Deciding) -> Found:
    """Every reason why this verdict cannot be given."""
    found = []
    if deciding.decided:
        words = f"{deciding.reference} is {deciding.decided}. State a new hypothesis instead."
        found.append(Violation("HY-STATE", words))
    if deciding.verdict not in VERDICTS:
        words = "Say whether it is confirmed or ruled out."
        found.append(Violation("HY-VERDICT", words, "verdict"))
    if sentence := _evidence(deciding.evidence):
        found.append(Violation("HY-EVIDENCE", sentence, "evidence"))
    if says_nothing(deciding.finding):
        words = "Write what the evidence shows."
        if has_content(deciding.finding):
            words = f"{quoted(deciding.finding)} does not say what the evidence shows."
        found.append(Violation("HY-FINDING", words, "finding"))
    return (*found, *_length(deciding.finding, LONGEST_REST, "finding"))


def _evidence(cited: tuple[Cited, ...]) -> str:
    if sentence := foreign(cited):
        return sentence
    if not cited:
        return "Only evidence decides a hypothesis: cite at least one item."
    if not any(one.has_content for one in cited):
        return "Cite evidence that has content: what you cite is empty."
    return ""


def _length(text: str, longest: int, field: str) -> Found:
    if len(text) <= longest:
        return ()
    words = f"This holds {longest} characters, you wrote {len(text)}. Capture the rest as evidence."
    return (Violation("HY-LONG", words, field),)

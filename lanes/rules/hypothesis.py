"""Hypotheses: stated in words, decided only by evidence. Playbook, "Lane 1: Investigation".

``HY-TEXT``: a hypothesis says what may explain the incident.
``HY-LONG``: its text, its reproduction and its finding keep their limits.
``HY-STATE``: a hypothesis is decided once.
``HY-VERDICT``: a verdict confirms it or rules it out.
``HY-EVIDENCE``: a verdict cites evidence of this incident, some of it with content.
``HY-FINDING``: a verdict says what the evidence shows.
"""

from dataclasses import dataclass

from incidents.rules.decision import Cited
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing
from lanes.rules.citing import foreign_evidence

Violations = tuple[Violation, ...]

MAX_TEXT_LENGTH = 500
"""Limit of a hypothesis."""

MAX_DETAIL_LENGTH = 4000
"""Limit of its reproduction, and of a finding."""

VERDICTS = frozenset({"confirmed", "ruled_out"})


def state_violations(text: str, reproduction: str) -> Violations:
    """Every reason why it cannot be stated; the reproduction may be left out."""
    problems = []
    if says_nothing(text):
        sentence = "Write what may explain it."
        if has_content(text):
            sentence = f"{quoted(text)} explains nothing: write what may explain it."
        problems.append(Violation("HY-TEXT", sentence, "text"))
    problems += _length(text, MAX_TEXT_LENGTH, "text")
    problems += _length(reproduction, MAX_DETAIL_LENGTH, "reproduction")
    return tuple(problems)


@dataclass(frozen=True, slots=True)
class ProposedVerdict:
    """A verdict on a hypothesis. ``decided`` says how and by whom it was decided already."""

    reference: str
    decided: str
    verdict: str
    evidence: tuple[Cited, ...]
    finding: str


def decide_violations(proposed: ProposedVerdict) -> Violations:
    """Every reason why this verdict cannot be given."""
    problems = []
    if proposed.decided:
        sentence = f"{proposed.reference} is {proposed.decided}. State a new hypothesis instead."
        problems.append(Violation("HY-STATE", sentence))
    if proposed.verdict not in VERDICTS:
        sentence = "Say whether it is confirmed or ruled out."
        problems.append(Violation("HY-VERDICT", sentence, "verdict"))
    if problem := _evidence(proposed.evidence):
        problems.append(Violation("HY-EVIDENCE", problem, "evidence"))
    if says_nothing(proposed.finding):
        sentence = "Write what the evidence shows."
        if has_content(proposed.finding):
            sentence = f"{quoted(proposed.finding)} does not say what the evidence shows."
        problems.append(Violation("HY-FINDING", sentence, "finding"))
    return (*problems, *_length(proposed.finding, MAX_DETAIL_LENGTH, "finding"))


def _evidence(cited: tuple[Cited, ...]) -> str:
    if problem := foreign_evidence(cited):
        return problem
    if not cited:
        return "Only evidence decides a hypothesis: cite at least one item."
    if not any(citation.has_content for citation in cited):
        return "Cite evidence that has content: what you cite is empty."
    return ""


def _length(text: str, limit: int, field: str) -> Violations:
    if len(text) <= limit:
        return ()
    sentence = (
        f"This holds {limit} characters, you wrote {len(text)}. Capture the rest as evidence."
    )
    return (Violation("HY-LONG", sentence, field),)

"""May this be recommended? Playbook, "Contradiction handling protocol"."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.conflict import Scores
from incidents.rules.decision.inputs import Cited
from incidents.rules.wording import listed, quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Found = tuple[Violation, ...]

_WORDS = {
    "reversibility": "Score reversibility from 1 (hard to undo) to 5 (undone at once).",
    "blast_radius": "Score the blast radius from 1 (little can get worse) to 5 (much can).",
}


@dataclass(frozen=True, slots=True)
class Recommended:
    """What an owner proposes. ``offered`` are the options that the incident offers."""

    option: str
    reasons: str
    evidence: tuple[Cited, ...]
    scores: Scores
    offered: frozenset[str]


def violations(recommended: Recommended) -> Found:
    """Every reason why this cannot be recommended yet."""
    found = []
    if recommended.option not in recommended.offered:
        found.append(Violation("R-OPTION", "Choose the option that you recommend.", "option"))
    if says_nothing(recommended.reasons):
        found.append(Violation("R-REASONS", _no_reasons(recommended.reasons), "reasons"))
    if sentence := _evidence(recommended.evidence):
        found.append(Violation("R-EVIDENCE", sentence, "evidence"))
    found += [Violation("R-SCORES", _WORDS[name], name) for name in recommended.scores.missing]
    return tuple(found)


def _no_reasons(reasons: str) -> str:
    if has_content(reasons):
        return f"{quoted(reasons)} does not say why."
    return "Say why you recommend it."


def _evidence(cited: Iterable[Cited]) -> str:
    cited = tuple(cited)
    if foreign := [f"E-{one.number}" for one in cited if not one.of_incident]:
        return f"{listed(foreign)}: not evidence of this incident."
    if not cited:
        return "Cite at least one evidence item."
    if not any(one.has_content for one in cited):
        return "Cite evidence that has content: what you cite is empty."
    return ""


@dataclass(frozen=True, slots=True)
class Voice:
    """An open recommendation: whose, and for what."""

    owner: tuple[str, int | None]
    option: str


def contradict(voices: Iterable[Voice]) -> bool:
    """True when two different owners choose different options."""
    voices = tuple(voices)
    return any(
        a.owner != b.owner and a.option != b.option
        for index, a in enumerate(voices)
        for b in voices[index + 1 :]
    )

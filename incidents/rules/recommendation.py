"""May this be recommended? Playbook, "Contradiction handling protocol".

``R-OVER``: only an active incident takes recommendations.
``R-OPTION``: the recommended option is one that the incident offers.
``R-REASONS``: a recommendation has reasons.
``R-EVIDENCE``: it cites evidence of this incident that has content.
``R-SCORES``: reversibility and blast radius are scored from 1 to 5.
``R-STATE``: only an open recommendation is withdrawn.
``R-REASON``: withdrawing it needs a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.conflict import Scores
from incidents.rules.decision.inputs import Cited
from incidents.rules.decision.own_option import OwnOption, own_violations
from incidents.rules.wording import listed, quoted
from incidents.vocabulary import Option, RecommendationState, Status
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Violations = tuple[Violation, ...]

_SCORE_SENTENCES = {
    "reversibility": "Score reversibility from 1 (hard to undo) to 5 (undone at once).",
    "blast_radius": "Score the blast radius from 1 (little can get worse) to 5 (much can).",
}


@dataclass(frozen=True, slots=True)
class RecommendationFacts:
    """What an owner recommends. ``offered`` are the options that the incident offers."""

    option: str
    reasons: str
    evidence: tuple[Cited, ...]
    scores: Scores
    offered: frozenset[str]
    own: OwnOption | None = None


def violations(recommendation: RecommendationFacts) -> Violations:
    """Every reason why this cannot be recommended yet."""
    violations: list[Violation] = []
    if recommendation.option == Option.OWN:
        violations += own_violations(recommendation.own)
    elif recommendation.option not in recommendation.offered:
        violations.append(Violation("R-OPTION", "Choose the option that you recommend.", "option"))
    if says_nothing(recommendation.reasons):
        violations.append(Violation("R-REASONS", _no_reasons(recommendation.reasons), "reasons"))
    if sentence := _evidence(recommendation.evidence):
        violations.append(Violation("R-EVIDENCE", sentence, "evidence"))
    violations += [
        Violation("R-SCORES", _SCORE_SENTENCES[name], name)
        for name in recommendation.scores.missing
    ]
    return tuple(violations)


def over_violations(status: str) -> Violations:
    """Nothing is recommended once the incident has ended."""
    if status == Status.ACTIVE:
        return ()
    return (Violation("R-OVER", "The incident is over: nothing is to be decided."),)


def withdraw_violations(reference: str, state: str, reason: str) -> Violations:
    """May a recommendation be withdrawn? The first problem only: a closed one needs no reason."""
    if state != RecommendationState.OPEN:
        label = RecommendationState(state).label.lower()
        sentence = f"{reference} is not open any more: {label}."
        return (Violation("R-STATE", sentence, "reason"),)
    if says_nothing(reason):
        return (Violation("R-REASON", "Say why it is withdrawn.", "reason"),)
    return ()


def _no_reasons(reasons: str) -> str:
    if has_content(reasons):
        return f"{quoted(reasons)} does not say why."
    return "Say why you recommend it."


def _evidence(cited: Iterable[Cited]) -> str:
    cited = tuple(cited)
    if foreign := [f"E-{evidence.number}" for evidence in cited if not evidence.of_incident]:
        return f"{listed(foreign)}: not evidence of this incident."
    if not cited:
        return "Cite at least one evidence item."
    if not any(evidence.has_content for evidence in cited):
        return "Cite evidence that has content: what you cite is empty."
    return ""


@dataclass(frozen=True, slots=True)
class OpenRecommendation:
    """An open recommendation: whose, and for what."""

    owner: tuple[str, int | None]
    option: str


def contradict(recommendations: Iterable[OpenRecommendation]) -> bool:
    """True when two different owners choose different options."""
    recommendations = tuple(recommendations)
    return any(
        a.owner != b.owner and a.option != b.option
        for index, a in enumerate(recommendations)
        for b in recommendations[index + 1 :]
    )

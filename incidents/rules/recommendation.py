"""May this be recommended? Playbook, "Contradiction handling protocol".

``R-OVER``: only an active incident takes recommendations.
``R-OPTION``: the recommended option is one that the incident offers.
``R-REASONS``: a recommendation has reasons.
``R-EVIDENCE``: it cites evidence of this incident that has content.
``R-SCORES``: reversibility and blast radius are scored from 1 to 5.
``R-STATE``: only an open recommendation is withdrawn, only a waiting one adopted or declined.
``R-REASON``: withdrawing or declining it needs a reason.
``R-LANE``: to a lane recommends who takes part and does not own it; its owner recommends.
``R-PAIR``: two go together that are open, of different owners, and ask for different things.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from incidents.rules.conflict import Scores, ways_differ
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


def propose_violations(
    reference: str, lane: str, join_href: str, *, takes_part: bool, owns_lane: bool
) -> Violations:
    """May this person recommend something to the lane?"""
    if not takes_part:
        sentence = f"Take part in {reference} first: who takes part recommends to a lane."
        return (Violation("R-LANE", sentence, href=join_href),)
    if owns_lane:
        sentence = f"You own {lane}: recommend it yourself."
        return (Violation("R-LANE", sentence, "lane"),)
    return ()


def answer_violations(reference: str, state: str) -> Violations:
    """Can it be adopted or declined now?"""
    if state == RecommendationState.PROPOSED:
        return ()
    label = RecommendationState(state).label.lower()
    return (Violation("R-STATE", f"{reference} does not wait for you any more: {label}."),)


def decline_violations(reference: str, state: str, reason: str) -> Violations:
    """Declining it needs a reason: the author reads it."""
    if problems := answer_violations(reference, state):
        return problems
    if says_nothing(reason):
        return (Violation("R-REASON", "Say why it is declined.", "reason"),)
    return ()


def withdraw_violations(reference: str, state: str, reason: str) -> Violations:
    """May a recommendation be withdrawn? The first problem only: a closed one needs no reason."""
    if state not in (RecommendationState.OPEN, RecommendationState.PROPOSED):
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
    """An open recommendation: whose, and for what.

    ``target`` is what it names under the option (``conflict.target_of``). ``stated`` are the keys
    of those that its owner says go together with it.
    """

    owner: tuple[str, int | None]
    option: str
    target: str = ""
    key: int = 0
    stated: frozenset[int] = frozenset()


def differ(a: OpenRecommendation, b: OpenRecommendation) -> bool:
    """Two owners who ask for different options, or different things under one."""
    return a.owner != b.owner and ways_differ(a.option, a.target, b.option, b.target)


def go_together(a: OpenRecommendation, b: OpenRecommendation) -> bool:
    """Both owners say so: one alone cannot."""
    return a.key in b.stated and b.key in a.stated


def clash(a: OpenRecommendation, b: OpenRecommendation) -> bool:
    return differ(a, b) and not go_together(a, b)


def contradict(recommendations: Iterable[OpenRecommendation]) -> bool:
    """True when two owners ask for different things and do not both say that these go together."""
    return any(clash(a, b) for a, b in combinations(recommendations, 2))


def contradicting(recommendations: Iterable[OpenRecommendation]) -> tuple[OpenRecommendation, ...]:
    """Those that clash with another, and those that ask for the same as one of them."""
    every = tuple(recommendations)
    clashing = [one for one in every if any(clash(one, other) for other in every)]
    return tuple(
        one
        for one in every
        if any(
            not ways_differ(one.option, one.target, other.option, other.target)
            for other in clashing
        )
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two recommendations of which one owner says, or takes back, that they go together."""

    mine: str
    other: str
    are_open: bool
    differ: bool
    is_stated: bool


def no_pair_violations() -> Violations:
    """Two recommendations of this incident are needed."""
    return (Violation("R-PAIR", "Choose two recommendations.", "other"),)


def together_violations(pair: Pair) -> Violations:
    """May their owner say that they go together? The first problem only."""
    if not pair.are_open:
        sentence = f"{pair.mine} and {pair.other} are not both open any more."
    elif not pair.differ:
        sentence = f"{pair.mine} and {pair.other} do not differ: nothing has to be said."
    elif pair.is_stated:
        sentence = f"You say already that {pair.mine} and {pair.other} go together."
    else:
        return ()
    return (Violation("R-PAIR", sentence, "other"),)


def apart_violations(pair: Pair) -> Violations:
    """May it be taken back? Only while both are open: later it has been decided by."""
    if not pair.are_open:
        sentence = f"{pair.mine} and {pair.other} are not both open any more."
    elif not pair.is_stated:
        sentence = f"You do not say that {pair.mine} and {pair.other} go together."
    else:
        return ()
    return (Violation("R-PAIR", sentence, "other"),)

"""The open recommendations and their contradiction, for pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from django.db.models import Prefetch, prefetch_related_objects

from incidents.assessments import decision as decision_assessment
from incidents.assessments.chosen_option import as_open
from incidents.facts.incident import IncidentFacts
from incidents.models import Evidence, Recommendation, Side
from incidents.rules.conflict import verdict
from incidents.rules.decision import reach_of
from incidents.rules.recommendation import differ
from incidents.rules.wording import duration

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RecommendationSummary:
    """An open recommendation. ``side`` has the commander's scores while it is contradicted;
    ``leads`` says why it leads: "more reversible", or "" when it does not."""

    recommendation: Recommendation
    reach: str
    side: Side | None = None
    leads: str = ""


def summaries(facts: IncidentFacts) -> list[RecommendationSummary]:
    """The open recommendations with their evidence: one query, none when there are none."""
    rows = list(facts.open_recommendations)
    cited = Evidence.objects.only("incident_id", "number").order_by("number")
    prefetch_related_objects(rows, Prefetch("evidence", cited))
    reaches = (
        {offer.option: offer.reach for offer in decision_assessment.offered(facts)} if rows else {}
    )
    conflict = decision_assessment.conflict_of(facts, {})
    lead = verdict(conflict.sides if conflict else ())
    leading = set() if lead.is_tie else {side.number for side in lead.sides}
    sides = {}
    if facts.contradiction is not None:
        still = {stand.number for stand in (conflict.sides if conflict else ())}
        sides = {
            side.recommendation_id: side
            for side in facts.sides_of(facts.contradiction)
            if side.recommendation.number in still
        }
    return [
        RecommendationSummary(
            recommendation,
            recommendation.reach
            or reaches.get(recommendation.option)
            or reach_of(recommendation.option, False, {}),
            sides.get(recommendation.pk),
            lead.because if recommendation.number in leading else "",
        )
        for recommendation in rows
    ]


def open_for(facts: IncidentFacts, now: datetime) -> str:
    """How long the contradiction has been open: "for 2 minutes"."""
    if facts.contradiction is None:
        return ""
    minutes = (now - facts.contradiction.opened_at) // _MINUTE
    return f"for {duration(minutes * _MINUTE)}" if minutes > 0 else "since just now"


@dataclass(frozen=True, slots=True)
class DifferingPair:
    """Two open recommendations of different owners that ask for different things.

    ``first_states`` and ``second_states``: whether its owner says that they go together.
    """

    first: Recommendation
    second: Recommendation
    first_states: bool
    second_states: bool

    @property
    def go_together(self) -> bool:
        return self.first_states and self.second_states

    def of(self, owner: tuple[str, int | None]) -> "DifferingPair | None":
        """With the recommendation of this owner first, or None where neither is theirs."""
        if self.first.owner == owner:
            return self
        if self.second.owner == owner:
            return DifferingPair(self.second, self.first, self.second_states, self.first_states)
        return None


def differing_pairs(facts: IncidentFacts) -> list[DifferingPair]:
    every = [(row, as_open(row)) for row in facts.open_recommendations]
    return [
        DifferingPair(row, other_row, other.key in one.stated, one.key in other.stated)
        for (row, one), (other_row, other) in combinations(every, 2)
        if differ(one, other)
    ]

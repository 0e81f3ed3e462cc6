"""The open recommendations and their contradiction, for pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, prefetch_related_objects

from incidents.assessments import decision as decision_assessment
from incidents.assessments.chosen_option import kind_of_row
from incidents.facts.incident import IncidentFacts
from incidents.models import Evidence, Recommendation, Side
from incidents.rules.conflict import verdict
from incidents.rules.decision import reach_of
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
    leading = frozenset() if lead.is_tie else lead.options
    sides = {}
    if facts.contradiction is not None:
        sides = {side.recommendation_id: side for side in facts.sides_of(facts.contradiction)}
    return [
        RecommendationSummary(
            recommendation,
            recommendation.reach
            or reaches.get(recommendation.option)
            or reach_of(recommendation.option, False, {}),
            sides.get(recommendation.pk),
            lead.because if kind_of_row(recommendation) in leading else "",
        )
        for recommendation in rows
    ]


def open_for(facts: IncidentFacts, now: datetime) -> str:
    """How long the contradiction has been open: "for 2 minutes"."""
    if facts.contradiction is None:
        return ""
    minutes = (now - facts.contradiction.opened_at) // _MINUTE
    return f"for {duration(minutes * _MINUTE)}" if minutes > 0 else "since just now"

"""Recommending an option, to one's own lane or to another's, and answering."""

from ninja import Router
from pydantic import Field

from incidents.actions import recommendations as actions
from incidents.actions.recommendations import RecommendationInput
from incidents.models import Recommendation
from incidents.vocabulary import LaneKind
from machines.api.doors import TokenRequest, writes
from machines.api.rules import LANE
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Numbers, Text
from machines.api.writing.lookups import Lookups, call, lane_of
from machines.api.writing.own_options import OwnOptionBody, chosen

router = Router(tags=["Recommendations"])

_AT = "/incidents/{int:number}/recommendations"


class RecommendationBody(Body):
    """``option`` is one that the incident offers, or own; the scores are from 1 to 5."""

    lane: LaneKind | None = None
    option: Text = Field("", max_length=400)
    option_detail: Text = Field("", max_length=200)
    own: OwnOptionBody = OwnOptionBody()
    reasons: Text = Field("", max_length=4000)
    evidence: Numbers = []
    reversibility: int | None = Field(None, ge=1, le=5)
    blast_radius: int | None = Field(None, ge=1, le=5)


class RecommendationReasonBody(Body):
    reason: Text = Field("", max_length=300)


class RecommendationWritten(Written):
    number: int
    lane: str
    option: str
    state: str


@router.post(_AT, response=answers(RecommendationWritten), operation_id="recommend")
@writes("recommendation.make")
def recommend(
    request: TokenRequest, number: int, payload: RecommendationBody
) -> RecommendationWritten:
    """Recommend an option for a lane that one owns, or that the agent works in."""
    lane, proposed = _proposed(request, payload)
    row = actions.recommend(request.actor, number, proposed, lane=lane, **call(request))
    return _recommendation(row)


@router.post(
    f"{_AT}/propose", response=answers(RecommendationWritten), operation_id="propose_recommendation"
)
@writes("recommendation.propose")
def propose(
    request: TokenRequest, number: int, payload: RecommendationBody
) -> RecommendationWritten:
    """Recommend an option to a lane of somebody else, who adopts or declines it."""
    lane, proposed = _proposed(request, payload)
    row = actions.propose(request.actor, number, proposed, lane=lane, **call(request))
    return _recommendation(row)


@router.post(
    f"{_AT}/{{int:recommendation}}/withdraw",
    response=answers(RecommendationWritten),
    operation_id="withdraw_recommendation",
)
@writes("recommendation.withdraw")
def withdraw(
    request: TokenRequest, number: int, recommendation: int, payload: RecommendationReasonBody
) -> RecommendationWritten:
    """Take a recommendation back, with a reason."""
    reason = payload.reason
    row = actions.withdraw(request.actor, number, recommendation, reason=reason, **call(request))
    return _recommendation(row)


@router.post(
    f"{_AT}/{{int:recommendation}}/adopt",
    response=answers(RecommendationWritten),
    operation_id="adopt_recommendation",
)
@writes("recommendation.answer")
def adopt(
    request: TokenRequest, number: int, recommendation: int, payload: RecommendationReasonBody
) -> RecommendationWritten:
    """Adopt what was recommended to a lane that one owns."""
    reason = payload.reason
    row = actions.adopt(request.actor, number, recommendation, reason=reason, **call(request))
    return _recommendation(row)


@router.post(
    f"{_AT}/{{int:recommendation}}/decline",
    response=answers(RecommendationWritten),
    operation_id="decline_recommendation",
)
@writes("recommendation.answer")
def decline(
    request: TokenRequest, number: int, recommendation: int, payload: RecommendationReasonBody
) -> RecommendationWritten:
    """Decline what was recommended to a lane that one owns, with a reason."""
    reason = payload.reason
    row = actions.decline(request.actor, number, recommendation, reason=reason, **call(request))
    return _recommendation(row)


def _proposed(
    request: TokenRequest, payload: RecommendationBody
) -> tuple[str, RecommendationInput]:
    look = Lookups(request)
    lane = lane_of(request, payload.lane or "")
    if not lane:
        look.miss(LANE, "Name the lane that it is for.", "lane")
    look.refuse()
    option, own = chosen(request.incident, payload.option, payload.own)
    proposed = RecommendationInput(
        option=option,
        option_detail=payload.option_detail,
        own=own,
        reasons=payload.reasons,
        evidence=tuple(payload.evidence),
        reversibility=payload.reversibility,
        blast_radius=payload.blast_radius,
    )
    return str(lane), proposed


def _recommendation(row: Recommendation) -> RecommendationWritten:
    return RecommendationWritten(
        **written(row).model_dump(),
        number=row.number,
        lane=row.lane,
        option=row.option,
        state=row.state,
    )

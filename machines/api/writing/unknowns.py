"""What a lane does not know yet."""

from ninja import Router
from pydantic import Field

from incidents.vocabulary import LaneKind
from lanes import actions
from lanes.models import Unknown
from machines.api.doors import TokenRequest, writes
from machines.api.rules import LANE
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Numbers, Text
from machines.api.writing.lookups import Lookups, call, lane_of

router = Router(tags=["Lanes"])


class UnknownBody(Body):
    """An agent's is of its own lane; others name one."""

    text: Text = Field(max_length=4000)
    lane: LaneKind | None = None


class UnknownWritten(Written):
    lane: str
    text: str
    resolution: str


class ResolutionBody(Body):
    resolution: Text = Field("", max_length=4000)
    evidence: Numbers = []


@router.post(
    "/incidents/{int:number}/unknowns",
    response=answers(UnknownWritten),
    operation_id="raise_unknown",
)
@writes("unknown.change")
def raise_unknown(request: TokenRequest, number: int, payload: UnknownBody) -> UnknownWritten:
    """Say what a lane does not know yet."""
    look = Lookups(request)
    lane = lane_of(request, payload.lane or "")
    if not lane:
        look.miss(LANE, "Name the lane that does not know it.", "lane")
    look.refuse()
    row = actions.raise_unknown(
        request.actor, number, lane=str(lane), text=payload.text, **call(request)
    )
    return _unknown(row)


@router.post(
    "/incidents/{int:number}/unknowns/{int:unknown}/resolve",
    response=answers(UnknownWritten),
    operation_id="resolve_unknown",
)
@writes("unknown.change")
def resolve_unknown(
    request: TokenRequest, number: int, unknown: int, payload: ResolutionBody
) -> UnknownWritten:
    """Say what is known now, and by which evidence."""
    lane = request.incident.unknowns.get(number=unknown).lane
    row = actions.resolve_unknown(
        request.actor,
        number,
        unknown,
        lane=lane,
        resolution=payload.resolution,
        evidence=payload.evidence,
        **call(request),
    )
    return _unknown(row)


def _unknown(row: Unknown) -> UnknownWritten:
    return UnknownWritten(
        **written(row).model_dump(), lane=row.lane, text=row.text, resolution=row.resolution
    )

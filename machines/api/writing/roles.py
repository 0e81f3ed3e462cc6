"""Who takes part, and who holds which role."""

from ninja import Router
from pydantic import Field

from incidents.actions import roles as actions
from incidents.vocabulary import LaneKind, RoleName
from machines.api.doors import TokenRequest, writes
from machines.api.rules import LANE
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Text, Username
from machines.api.writing.lookups import Lookups, call

router = Router(tags=["Roles"])


class RoleBody(Body):
    """``lane`` is named for the role lane_owner only."""

    role: RoleName
    person: Username = Field(min_length=1)
    lane: LaneKind | None = None


@router.post("/incidents/{int:number}/roles", response=answers(), operation_id="assign_role")
@writes("role.assign")
def assign(request: TokenRequest, number: int, payload: RoleBody) -> Written:
    """Give a role, or a lane, to a person."""
    look = Lookups(request)
    person = look.person("person", payload.person)
    if (payload.role == RoleName.LANE_OWNER) != (payload.lane is not None):
        sentence = "Name the lane of a lane owner, and none for another role."
        look.miss(LANE, sentence, "lane")
    look.refuse()
    assert person is not None
    lane = payload.lane.value if payload.lane else ""
    row = actions.assign(
        request.actor, number, role=payload.role.value, lane=lane, person=person, **call(request)
    )
    return written(row)


@router.post("/incidents/{int:number}/join", response=answers(), operation_id="join_incident")
@writes("participant.join")
def join(request: TokenRequest, number: int) -> Written:
    """Take part oneself."""
    return written(actions.join(request.actor, number, **call(request)))


class TakeCommandBody(Body):
    """The deputy may leave the reason out."""

    reason: Text = Field("", max_length=500)


@router.post("/incidents/{int:number}/command", response=answers(), operation_id="take_command")
@writes("command.take")
def take_command(request: TokenRequest, number: int, payload: TakeCommandBody) -> Written:
    """Take command while the commander does not answer."""
    fields = payload.model_dump()
    return written(actions.take_command(request.actor, number, **fields, **call(request)))


@router.post(
    "/incidents/{int:number}/lanes/{lane}/claim", response=answers(), operation_id="claim_lane"
)
@writes("lane.claim")
def claim_lane(request: TokenRequest, number: int, lane: LaneKind) -> Written:
    """Become the owner of a lane that nobody owns who can act."""
    return written(actions.claim_lane(request.actor, number, lane=lane.value, **call(request)))

"""What a lane includes and excludes."""

from django.urls import reverse
from ninja import Router
from pydantic import Field

from incidents.vocabulary import LaneKind
from lanes import actions
from machines.api.doors import TokenRequest, writes
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers
from machines.api.writing.bodies import Text
from machines.api.writing.lookups import call

router = Router(tags=["Lanes"])


class BoundaryBody(Body):
    """One thing an item."""

    included: list[Text] = Field([], max_length=100)
    excluded: list[Text] = Field([], max_length=100)


@router.put(
    "/incidents/{int:number}/lanes/{lane}/boundary",
    response=answers(status=200),
    operation_id="set_boundary",
)
@writes("boundary.set", status=200)
def set_boundary(
    request: TokenRequest, number: int, lane: LaneKind, payload: BoundaryBody
) -> Written:
    """Say what a lane deals with, and what it leaves to others."""
    fields = payload.model_dump()
    actions.set_boundary(request.actor, number, lane=lane.value, **fields, **call(request))
    return Written(reference=str(lane.label), link=reverse("lane", args=[number, lane.value]))

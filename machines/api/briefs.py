"""Briefs: what a machine reads before it works in an incident or in a lane of it."""

from ninja import Router

from incidents.vocabulary import LaneKind
from kernel import clock
from machines.api.doors import TokenRequest, reads
from machines.api.reading.answers import answers
from machines.brief import IncidentBrief, LaneBrief
from machines.brief import incident_brief as brief_of_incident
from machines.brief import lane_brief as brief_of_lane

router = Router(tags=["Briefs"])


@router.get(
    "/incidents/{number}/brief", response=answers(IncidentBrief), operation_id="incident_brief"
)
@reads("room.view")
def incident_brief(request: TokenRequest, number: int) -> IncidentBrief:
    """Where the incident and its four lanes stand, with what was written apart as untrusted."""
    return brief_of_incident(request.incident, clock.now())


@router.get(
    "/incidents/{number}/lanes/{lane}/brief", response=answers(LaneBrief), operation_id="lane_brief"
)
@reads("lane.view")
def lane_brief(request: TokenRequest, number: int, lane: LaneKind) -> LaneBrief:
    """What who works in the lane has to know, with what was written apart as untrusted."""
    return brief_of_lane(request.incident, lane.value, clock.now())

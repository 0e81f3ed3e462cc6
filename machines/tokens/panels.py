"""What machines add to other apps' pages."""

from datetime import datetime

from django.template.loader import render_to_string

from incidents.models import Incident
from incidents.panels.room import with_fields
from incidents.permissions import Who, may
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from lanes.panels import PagePart
from machines.tokens.facts import agents_of, may_take_away


def render_lane_agents(
    viewer: Actor, who: frozenset[Who], incident: Incident, lane: str, now: datetime
) -> PagePart:
    """The agents that work in a lane, and beside them what agents may do and which were here."""
    agents = agents_of(incident, lane, now)
    context = {
        "incident": incident,
        "lane": LaneKind(lane),
        "working": [
            (
                agent,
                [with_fields(row, incident) for row in agent.acts],
                may_take_away(viewer, who, agent.token),
            )
            for agent in agents
            if agent.is_in_use
        ],
        "gone": [agent for agent in agents if not agent.is_in_use],
        "may_admit": may("agent.admit", who),
    }
    return PagePart(
        main=render_to_string("machines/_lane_agents.html", context).strip(),
        side=render_to_string("machines/_lane_agents_side.html", context).strip(),
    )

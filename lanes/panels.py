"""The lanes' panel of the room, the same for every viewer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from incidents.facts.incident import IncidentFacts
from incidents.models import Incident
from incidents.permissions import Who
from kernel.actor import Actor
from kernel.registry import Registry
from lanes.facts.handoffs import open_handoffs
from lanes.facts.lanes import lanes_of
from lanes.ownership.history import graph
from lanes.vocabulary import WATCH

type Line = Callable[[Incident, datetime], str]

LINES = Registry[Line]("line of a lane")
"""Other apps' line of a lane in the room: safe HTML, or an empty string."""

type PageContext = Callable[[IncidentFacts, datetime], dict[str, Any]]

PAGE_CONTEXTS = Registry[PageContext]("context of a lane's page")
"""Other apps' template context for the page of a lane."""


@dataclass(frozen=True, slots=True)
class PagePart:
    """Safe HTML before a lane's own work, and beside it; either may be empty."""

    main: str = ""
    side: str = ""


type PagePartRenderer = Callable[[Actor, frozenset[Who], Incident, str, datetime], PagePart]

PAGE_PARTS = Registry[PagePartRenderer]("part of a lane's page")
"""Other apps' parts of every lane's page, for a viewer with these roles in the lane."""


def line_of(lane: str, incident: Incident, now: datetime) -> str:
    return LINES[lane](incident, now) if lane in LINES else ""


def page_context(lane: str, facts: IncidentFacts, now: datetime) -> dict[str, Any]:
    return PAGE_CONTEXTS[lane](facts, now) if lane in PAGE_CONTEXTS else {}


def page_parts(
    viewer: Actor, who: frozenset[Who], incident: Incident, lane: str, now: datetime
) -> dict[str, PagePart]:
    """The parts by name."""
    return {name: render(viewer, who, incident, lane, now) for name, render in PAGE_PARTS.items()}


def render_lanes(incident: Incident, now: datetime) -> str:
    context = {
        "incident": incident,
        "lanes": [(lane, line_of(lane.kind, incident, now)) for lane in lanes_of(incident)],
        "command": open_handoffs(incident).get(""),
        "watch": open_handoffs(incident).get(WATCH),
    }
    return render_to_string("lanes/panel.html", context)


def render_owners(incident: Incident, now: datetime) -> str:
    """Who owns what, as a drawing."""
    context = {"incident": incident, "graph": graph(incident)}
    return render_to_string("lanes/_owners.html", context)

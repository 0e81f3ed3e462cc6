"""The lanes' piece of the room: rendered from facts, the same for every viewer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from incidents.facts.incident import IncidentFacts
from incidents.models import Incident
from lanes.facts.lanes import lanes_of
from lanes.handoff.facts import waiting
from lanes.ownership.history import graph
from lanes.vocabulary import WATCH

type Line = Callable[[Incident, datetime], str]

_lines: dict[str, Line] = {}


def register_line(lane: str, line: Line) -> Line:
    """Add what another app says of a lane in the room: safe HTML, or nothing."""
    _lines[lane] = line
    return line


def line_of(lane: str, incident: Incident, now: datetime) -> str:
    return _lines[lane](incident, now) if lane in _lines else ""


type Holds = Callable[[IncidentFacts, datetime], dict[str, Any]]

_holds: dict[str, Holds] = {}


def register_holds(lane: str, holds: Holds) -> Holds:
    """Add what another app puts on the page of a lane, by the names of its template."""
    _holds[lane] = holds
    return holds


def holds_of(lane: str, standing: IncidentFacts, now: datetime) -> dict[str, Any]:
    return _holds[lane](standing, now) if lane in _holds else {}


def render_lanes(incident: Incident, now: datetime) -> str:
    context = {
        "incident": incident,
        "lanes": [(lane, line_of(lane.kind, incident, now)) for lane in lanes_of(incident)],
        "command": waiting(incident).get(""),
        "watch": waiting(incident).get(WATCH),
        "graph": graph(incident),
    }
    return render_to_string("lanes/panel.html", context)

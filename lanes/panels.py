"""The lanes' panel of the room, the same for every viewer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from incidents.facts.incident import IncidentFacts
from incidents.models import Incident
from lanes.facts.handoffs import open_handoffs
from lanes.facts.lanes import lanes_of
from lanes.ownership.history import graph
from lanes.vocabulary import WATCH

type Line = Callable[[Incident, datetime], str]

_lines: dict[str, Line] = {}


def register_line(lane: str, line: Line) -> Line:
    """Register another app's line of a lane in the room: safe HTML, or an empty string."""
    _lines[lane] = line
    return line


def line_of(lane: str, incident: Incident, now: datetime) -> str:
    return _lines[lane](incident, now) if lane in _lines else ""


type PageContext = Callable[[IncidentFacts, datetime], dict[str, Any]]

_page_contexts: dict[str, PageContext] = {}


def register_page_context(lane: str, context: PageContext) -> PageContext:
    """Register another app's template context for the page of a lane."""
    _page_contexts[lane] = context
    return context


def page_context(lane: str, facts: IncidentFacts, now: datetime) -> dict[str, Any]:
    return _page_contexts[lane](facts, now) if lane in _page_contexts else {}


def render_lanes(incident: Incident, now: datetime) -> str:
    context = {
        "incident": incident,
        "lanes": [(lane, line_of(lane.kind, incident, now)) for lane in lanes_of(incident)],
        "command": open_handoffs(incident).get(""),
        "watch": open_handoffs(incident).get(WATCH),
        "graph": graph(incident),
    }
    return render_to_string("lanes/panel.html", context)

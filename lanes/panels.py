"""The lanes' piece of the room: rendered from facts, the same for every viewer."""

from datetime import datetime

from django.template.loader import render_to_string

from incidents.models import Incident
from lanes.facts import lanes_of
from lanes.offers import waiting
from lanes.owners import graph


def render_lanes(incident: Incident, now: datetime) -> str:
    context = {
        "incident": incident,
        "lanes": lanes_of(incident),
        "command": waiting(incident).get(""),
        "graph": graph(incident),
    }
    return render_to_string("lanes/panel.html", context)

"""The room as of a moment: the same panels, read only. Not live."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.facts.amendments import with_corrections
from incidents.facts.as_of import incident_at
from incidents.models import Incident, TimelineEntry
from incidents.panels import renderers as live
from incidents.panels import standing, time_slider
from incidents.panels.read_only_html import read_only
from incidents.rules.as_of_time import parse_moment
from incidents.views.room import WINDOW
from incidents.web.access import requires
from incidents.web.time_zone import zone_of
from kernel import clock
from kernel.text import clean_lines


@requires("room.view")
def as_of(request: HttpRequest, incident: Incident) -> HttpResponse:
    """``?t=`` is a moment; without one, or with one that cannot be read, it is now."""
    end = time_slider.end_of(incident, clock.now())
    text = clean_lines(request.GET.get("t", ""))
    wanted = parse_moment(text, incident.clock_start, end, zone_of(request.user, request.COOKIES))
    past = incident_at(incident, wanted.moment)
    panels = live.panels(past, wanted.moment)
    context = {
        "incident": past,
        "now": incident,
        "end": end,
        "asked": wanted,
        "scrubber": time_slider.scrubber(incident, wanted.moment, end),
        "panels": {name: read_only(html) for name, html in panels.items()},
        "standing": read_only(standing.render_all(past, wanted.moment)),
        **_window(past, wanted.moment),
    }
    return render(request, "incidents/as_of.html", context)


def _window(past: Incident, moment: datetime) -> dict[str, object]:
    """The newest entries of that moment. The older ones are the timeline's own."""
    rows = TimelineEntry.objects.filter(incident=past.pk, at__lte=moment).order_by("-seq")
    entries = list(with_corrections(rows, moment)[: WINDOW + 1])
    return {
        "entries": [read_only(entry.html) for entry in live.entries(past, entries[:WINDOW])],
        "older_than": entries[WINDOW - 1].seq if len(entries) > WINDOW else None,
        "wanted": {},
    }

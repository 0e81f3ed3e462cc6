"""The room as of a moment: the same panels, read only. Not live."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents import scrubber
from incidents.as_of import incident_at
from incidents.doors import door
from incidents.live import render as live
from incidents.models import Incident, TimelineEntry
from incidents.reader import zone_of
from incidents.reading import read_only
from incidents.rules.moment import asked
from incidents.views.room import WINDOW
from warroom.kernel import clock
from warroom.kernel.text import clean_lines


@door("room.view")
def as_of(request: HttpRequest, incident: Incident) -> HttpResponse:
    """``?t=`` is a moment; without one, or with one that cannot be read, it is now."""
    end = scrubber.end_of(incident, clock.now())
    text = clean_lines(request.GET.get("t", ""))
    wanted = asked(text, incident.clock_start, end, zone_of(request))
    past = incident_at(incident, wanted.moment)
    panels = live.panels(past, wanted.moment)
    context = {
        "incident": past,
        "now": incident,
        "end": end,
        "asked": wanted,
        "scrubber": scrubber.scrubber(incident, wanted.moment, end),
        "panels": {name: read_only(html) for name, html in panels.items()},
        **_window(past, wanted.moment),
    }
    return render(request, "incidents/as_of.html", context)


def _window(past: Incident, moment: object) -> dict[str, object]:
    """The newest entries of that moment. The older ones are the timeline's own."""
    rows = TimelineEntry.objects.filter(incident=past.pk, at__lte=moment).order_by("-seq")
    found = list(rows[: WINDOW + 1])
    return {
        "entries": [read_only(entry.html) for entry in live.entries(past, found[:WINDOW])],
        "older_than": found[WINDOW - 1].seq if len(found) > WINDOW else None,
        "wanted": {},
    }

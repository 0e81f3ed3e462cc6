"""The lane's page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from incidents import facts as incident_facts
from incidents.doors import door
from incidents.exhibits import excerpts
from incidents.models import Incident
from incidents.panels import bar
from incidents.permissions import may
from lanes.facts import LaneFacts, lanes_of, notes_of
from lanes.forms import BoundaryForm, NoteForm
from warroom.kernel import clock

IN_FULL = 3
FOLDED = 12
NOTES = 10


@door("lane.view")
def lane(request: HttpRequest, incident: Incident, lane: str) -> HttpResponse:
    return page(request, incident, lane)


def page(
    request: HttpRequest,
    incident: Incident,
    lane: str,
    boundary: BoundaryForm | None = None,
    status: int = 200,
) -> HttpResponse:
    lanes = lanes_of(incident)
    here = next(facts for facts in lanes if facts.kind == lane)
    items = list(excerpts(incident.evidence.filter(lane=lane))[: IN_FULL + FOLDED])
    standing = incident_facts.of(incident)
    context: dict[str, Any] = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "lanes": lanes,
        "lane": here,
        "items": items[:IN_FULL],
        "earlier": items[IN_FULL:],
        "recommendations": [r for r in standing.open_recommendations if r.lane == lane],
        "contradiction": standing.contradiction,
        "notes": notes_of(incident, lane, NOTES),
        "boundary_form": boundary or _boundary_form(request, here),
        "note_form": NoteForm(
            request=request,
            auto_id="note_%s",
            initial={"lane": lane, "next": reverse("lane", args=[incident.pk, lane])},
        ),
        "may_bound": may("boundary.set", request.who),
        "may_note": may("note.add", request.who),
        "may_capture": may("evidence.capture", request.who),
        "may_assign": may("role.assign", request.who),
    }
    return render(request, "lanes/lane.html", context, status=status)


def _boundary_form(request: HttpRequest, facts: LaneFacts) -> BoundaryForm:
    initial = {
        "included": "\n".join(facts.boundary.included),
        "excluded": "\n".join(facts.boundary.excluded),
    }
    return BoundaryForm(request=request, initial=initial)

"""Claiming a lane that nobody who can act owns: one press."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from incidents.actions import roles
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.vocabulary import LaneKind
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock


@requires("lane.claim")
def claim(request: HttpRequest, incident: Incident, lane: str) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        roles.claim_lane(request.actor, incident.pk, lane=lane, now=clock.now(), once=form.key)
        return reverse("lane", args=[incident.pk, lane])

    def context() -> dict[str, object]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "title": f"Claim the lane {LaneKind(lane).label}",
            "intro": "You own it from now on, until you hand it over.",
        }

    return submit(request, "incidents/command.html", WarroomForm, do, context=context)

"""The page that says when it began and when it was noticed."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from incidents.actions.event_times import set_event_times
from incidents.facts.event_times import read_event_times
from incidents.forms.event_times import EventTimesForm
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.rules.event_times import EventTime
from incidents.rules.wording import duration
from incidents.web.access import requires
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock

MAX_SUGGESTED = 50


@requires("incident.time")
def event_times(request: HttpRequest, incident: Incident) -> HttpResponse:
    times = read_event_times(incident)
    zone = zone_of(request.user, request.COOKIES)

    def do(form: EventTimesForm) -> str:
        set_event_times(request.actor, incident.pk, now=clock.now(), once=form.key, **form.values())
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        gap = times.gap
        intro = f"Detection gap: {duration(gap)}." if gap is not None else ""
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "title": "Say when it began",
            "intro": intro,
        }

    def initial(name: str, time: EventTime | None) -> dict[str, Any]:
        if time is None:
            return {}
        return {
            f"{name}_at": f"{time.at.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{name}_evidence": time.evidence,
        }

    given = initial("began", times.began) | initial("detected", times.detected)
    return submit(
        request,
        "incidents/command.html",
        EventTimesForm,
        do,
        context=context,
        evidence=incident.evidence.defer("text").order_by("-number")[:MAX_SUGGESTED],
        now=clock.now(),
        zone=zone,
        initial=given,
    )

"""What stands in an incident, a tab at a time: a fragment for the room, a page without script."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.models import Incident
from incidents.panels import standing
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from kernel import clock


@requires("room.view")
def tab(request: HttpRequest, incident: Incident, name: str) -> HttpResponse:
    """``GET /INC-42/standing/risks/``; 404 for a tab that there is not."""
    if name not in standing.TABS:
        raise Http404(f"There is no tab {name}")
    now = clock.now()
    body = standing.render_tab(name, incident, now)
    if request.htmx and not request.htmx.history_restore_request:
        return HttpResponse(body)
    context = {
        "incident": incident,
        "bar": bar(incident, now),
        "tabs": standing.tabs(incident, now, opened=name),
        "body": body,
        "may_command": may("decision.decide", request.who),
    }
    return render(request, "incidents/standing.html", context)

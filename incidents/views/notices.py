"""Seeing a notice, or all of an incident: they go away where they stood."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from incidents.facts import notices
from incidents.models import Incident
from incidents.views.room import next_block
from incidents.web.access import requires
from incidents.web.redirects import back_to
from kernel import clock


@require_POST
@requires("notice.see")
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The room's block anew where htmx asks for it, else an empty fragment in the notice's place;
    without htmx back to ``next``."""
    notice = notices.see(request.user, pk, clock.now())
    if notice is None:
        raise Http404("There is no such notice")
    if request.htmx:
        rooms = Incident.objects.visible_to(request.user).filter(pk=notice.incident_id)
        incident = rooms.first() if request.htmx.target == "next" else None
        return next_block(request, incident) if incident else HttpResponse()
    return HttpResponseRedirect(back_to(request, request.POST.get("next", ""), "/"))


@require_POST
@requires("room.view")
def all_seen(request: HttpRequest, incident: Incident) -> HttpResponse:
    """All of the reader's notices of one incident."""
    notices.see_all(request.user, incident, clock.now())
    if request.htmx:
        return next_block(request, incident)
    return HttpResponseRedirect(back_to(request, request.POST.get("next", ""), "/"))

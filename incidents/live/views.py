from django.http import HttpRequest, HttpResponse, JsonResponse

from incidents.doors import door
from incidents.live import catchup
from incidents.models import Incident
from warroom.kernel import clock


@door("room.view")
def catch_up(request: HttpRequest, incident: Incident) -> HttpResponse:
    """``GET /INC-n/live/?after=N``: what a browser without a socket has missed."""
    after = catchup.after_of(request.GET.get("after", ""))
    response = JsonResponse(catchup.poll(incident, after, clock.now()))
    response["Cache-Control"] = "no-store"
    return response

from django.http import HttpRequest, HttpResponse, JsonResponse

from incidents.doors import door
from incidents.live import catchup
from incidents.models import Incident
from warroom.kernel import clock


@door("room.view")
def catch_up(request: HttpRequest, incident: Incident) -> HttpResponse:
    """``GET /INC-n/live/?after=N``: what a browser without a socket has missed.

    With ``&look`` also the panels as they are now, whatever was recorded.
    """
    after = catchup.after_of(request.GET.get("after", ""))
    look = "look" in request.GET
    response = JsonResponse(catchup.poll(incident, after, clock.now(), look=look))
    response["Cache-Control"] = "no-store"
    return response

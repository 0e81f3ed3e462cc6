from django.http import HttpRequest, HttpResponse, JsonResponse

from incidents.live import catchup
from incidents.models import Incident
from warroom.kernel import clock


def catch_up(request: HttpRequest, incident: Incident) -> HttpResponse:
    """``GET /INC-n/live/?after=N``: what a browser without a socket has missed."""
    answer = catchup.poll(incident, after_of(request.GET.get("after")), clock.now())
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response


def after_of(text: str | None) -> int:
    """The sequence number that the browser says it has; anything odd counts as none missed."""
    return (
        min(int(text), LARGEST)
        if text and text.isascii() and text.isdigit()
        else LARGEST
    )


LARGEST = 2**31 - 1

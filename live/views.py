from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse

from incidents.models import Incident
from incidents.web.access import find, requires
from incidents.web.attendance import note_in_room
from kernel import clock
from live import catchup, home_mark, messages, presence_store
from live.presence_store import Present


@requires("room.view")
def catch_up(request: HttpRequest, incident: Incident) -> HttpResponse:
    """``GET /INC-n/live/?after=N``: what a browser without a socket has missed.

    With ``&look`` also the panels as they are now, whatever was recorded. Who polls is present,
    in the room or on the page of the lane ``&at``.
    """
    now, look = clock.now(), "look" in request.GET
    after = catchup.after_of(request.GET.get("after", ""))
    answer = catchup.poll(incident, after, now, look=look)
    if answer["messages"]:
        find(request, incident.pk)  # what was read may be what shuts this reader out
    answer["messages"].append(messages.presence(_attend(request, incident, now)))
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response


@requires("room.view")
def catch_up_work(request: HttpRequest) -> HttpResponse:
    """``GET /mine/live/?after=MARK``: the same for a home page without a socket."""
    now_at = home_mark.mark_of(request.user)
    new_messages = [] if request.GET.get("after") == now_at else [messages.DUTIES]
    response = JsonResponse({"seq": now_at, "messages": new_messages})
    response["Cache-Control"] = "no-store"
    return response


def _attend(request: HttpRequest, incident: Incident, now: datetime) -> str:
    place = presence_store.place_of(request.GET.get("at", ""))
    person = Present(request.user.pk, str(request.user), place)
    source = f"poll-{person.person_id}-{place}"
    note_in_room({incident.pk: {person.person_id}}, now)
    rooms = presence_store.exchange(source, {incident.pk: [person]}, now)
    return presence_store.render(rooms[incident.pk]) if rooms else ""

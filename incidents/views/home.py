"""Home: what is active, what waits for me, what is overdue."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents import derived, notices
from incidents.doors import door
from incidents.duties import duties
from incidents.facts import standings
from incidents.models import Incident, Surface
from incidents.vocabulary import Status
from warroom.kernel import clock

SHOWN = 50


@door("home.view")
def home(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    active = Incident.objects.visible_to(request.user).in_progress().worst_first()
    found = standings(list(active[:SHOWN]))
    rows = [
        {
            "incident": facts.incident,
            "facts": facts,
            "control": derived.control(facts),
            "faults": derived.faults(facts, now),
            "next_checkpoint": facts.next_checkpoint,
        }
        for facts in found
    ]
    waiting = duties(found, request.user, now)
    context = {
        "now": now,
        "rows": rows,
        "waiting": waiting[:20],
        "duty": waiting[0] if waiting else None,
        "overdue": [
            (facts, checkpoint)
            for facts in found
            for checkpoint in facts.open_checkpoints
            if checkpoint.is_overdue(now)
        ][:20],
        "notices": notices.unseen(request.user)[:10],
        "surface_count": Surface.objects.count() if not rows else 0,
    }
    return render(request, "incidents/home.html", context)


@door("room.view")
def incidents(request: HttpRequest) -> HttpResponse:
    """Every incident that the person may enter, newest first, a page at a time."""
    rows = Incident.objects.visible_to(request.user).prefetch_related("surfaces")
    status = request.GET.get("status", "")
    if status in Status.values:
        rows = rows.filter(status=status)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    context = {"page": page, "status": status, "statuses": Status.choices}
    return render(request, "incidents/incidents.html", context)

"""Home: a person's own work, and the active incidents beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.assessments import control
from incidents.duties.duty import Duty, by_time, duties, outliving, owned
from incidents.facts import notices
from incidents.facts.incident import IncidentFacts
from incidents.facts.summary import read_summaries
from incidents.models import Incident, Surface
from incidents.rules.next_change import SETTLE_DELAY
from incidents.vocabulary import Status
from incidents.web.access import requires
from kernel import clock
from live import home_mark

INCIDENTS, DUTIES, LANES, OVERDUE = 50, 20, 12, 20
"""How many of each are on a page."""


@requires("home.view")
def home(request: HttpRequest) -> HttpResponse:
    """The page; what a page that is open asks for anew is only what stands in it."""
    now = clock.now()
    known = read_summaries(request.user)
    active = [facts for facts in known if facts.incident.status == Status.ACTIVE]
    # What is active comes first, however late other work may be.
    waiting = by_time(duties(known, request.user, now), now) + outliving(request.user, now)
    page = Paginator(waiting, DUTIES).get_page(request.GET.get("page"))
    lanes = owned(active, request.user)
    context = {
        "now": now,
        "waiting": waiting,
        "late": sum(duty.is_late(now) for duty in waiting),
        "page": page,
        "left": len(waiting) - page.end_index(),
        "duty": waiting[0] if waiting else None,
        "lanes": lanes[:LANES],
        "more_lanes": lanes[LANES:],
        "notices": notices.unseen(request.user)[:10],
        "surface_count": Surface.objects.count() if not active else 0,
        "nav_incidents": [facts.incident for facts in active[:3]],
        "mark": home_mark.mark((facts.incident.pk, facts.incident.last_seq) for facts in known),
        "moment": _moment(active, waiting, now),
        **_incidents(active, now),
    }
    again = request.htmx and not request.htmx.history_restore_request
    return render(request, "incidents/_home.html" if again else "incidents/home.html", context)


def _incidents(known: Sequence[IncidentFacts], now: datetime) -> dict[str, Any]:
    """The active incidents, worst first, and the checkpoints that nobody has decided in time."""
    rows = [
        {
            "incident": facts.incident,
            "facts": facts,
            "control": control.control(facts),
            "faults": control.faults(facts, now),
            "next_checkpoint": facts.next_checkpoint,
        }
        for facts in known[:INCIDENTS]
    ]
    overdue = [
        (facts, checkpoint)
        for facts in known
        for checkpoint in facts.open_checkpoints
        if checkpoint.is_overdue(now)
    ]
    overdue.sort(key=lambda entry: entry[1].due_at)
    return {
        "rows": rows,
        "incident_count": len(known),
        "more_incidents": len(known) - len(rows),
        "overdue": overdue[:OVERDUE],
        "overdue_count": len(overdue),
    }


def _moment(
    known: Sequence[IncidentFacts], waiting: Sequence[Duty], now: datetime
) -> datetime | None:
    """When the page changes next by time alone: something of it is late from then on."""
    due = [duty.due_at for duty in waiting if duty.due_at is not None]
    due += [point.due_at for facts in known for point in facts.open_checkpoints]
    return min((at + SETTLE_DELAY for at in due if at + SETTLE_DELAY > now), default=None)


@requires("room.view")
def incidents(request: HttpRequest) -> HttpResponse:
    """Every incident that the person may enter, newest first, a page at a time."""
    rows = Incident.objects.visible_to(request.user).prefetch_related("surfaces")
    rows = rows.order_by("-declared_at", "-pk")  # numbers of restricted incidents have no order
    status = request.GET.get("status", "")
    if status in Status.values:
        rows = rows.filter(status=status)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    context = {"page": page, "status": status, "statuses": Status.choices}
    return render(request, "incidents/incidents.html", context)

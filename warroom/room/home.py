"""Home: a person's own work, and the active incidents beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from comms.status.facts import site
from comms.status.view_models import Site
from comms.vocabulary import Audience
from incidents.assessments import control
from incidents.assessments.notices import current_notices_of_all
from incidents.duties.duty import Duty, by_time, duties, outliving, owned
from incidents.facts import notices
from incidents.facts.incident import IncidentFacts
from incidents.facts.summary import read_summaries
from incidents.models import Incident, Person, Surface
from incidents.permissions import may, site_roles
from incidents.rules.next_change import SETTLE_DELAY
from incidents.vocabulary import RoleName, Status
from incidents.web.access import requires
from kernel import clock
from kernel.actor import Actor
from live import home_mark
from retros.watch.duties import DUE_COLUMN

INCIDENTS, DUTIES, LANES, OVERDUE, WATCHES = 50, 20, 12, 20, 12
"""How many of each are on a page."""
NOTICES, NOTICES_READ = 10, 50
"""Notices on the page, and how many are looked at for those whose matter is not over."""


@requires("home.view")
def home(request: HttpRequest) -> HttpResponse:
    """The page; what a page that is open asks for anew is only what stands in it."""
    now = clock.now()
    known = read_summaries(request.user)
    active = [facts for facts in known if facts.incident.status == Status.ACTIVE]
    watches = _watches(known)
    # Before the duties: what both need is then read once.
    unseen = notices.unseen(request.user)[:NOTICES_READ]
    current = current_notices_of_all(known, unseen)[:NOTICES]
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
        "notices": current,
        "surface_count": Surface.objects.count() if not active else 0,
        "mark": home_mark.mark((facts.incident.pk, facts.incident.last_seq) for facts in known),
        "moment": _moment(active, watches, waiting, now),
        "watches": watches[:WATCHES],
        "more_watches": watches[WATCHES:],
        "published": None if request.user.is_responder else _published(request.actor, now),
        **_incidents(active, now),
    }
    again = request.htmx and not request.htmx.history_restore_request
    return render(request, "incidents/_home.html" if again else "incidents/home.html", context)


@dataclass(frozen=True, slots=True)
class WatchedIncident:
    """An incident in its 24 h watch; ``due_at`` is the first check-in that is not answered."""

    incident: Incident
    owner: Person | None
    due_at: datetime | None


def _watches(known: Sequence[IncidentFacts]) -> list[WatchedIncident]:
    """What is watched, whose check-in is due first at the top; without a further query."""
    rows = [
        WatchedIncident(
            facts.incident,
            facts.holder(RoleName.WATCH_OWNER),
            getattr(facts.incident, DUE_COLUMN),
        )
        for facts in known
        if facts.incident.status == Status.WATCHING
    ]
    return sorted(
        rows, key=lambda row: (row.due_at is None, row.due_at or row.incident.declared_at)
    )


@dataclass(frozen=True, slots=True)
class PublishedSite:
    """What the status page says to a reader, and where it stands."""

    site: Site
    home: str


def _published(reader: Actor, now: datetime) -> PublishedSite:
    """For who has no rooms; without a group it is what everybody may read."""
    if may("status.read_internal", site_roles(reader)):
        return PublishedSite(site(Audience.INTERNAL, now), reverse("status-internal"))
    return PublishedSite(site(Audience.PUBLIC, now), reverse("status"))


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
    known: Sequence[IncidentFacts],
    watches: Sequence[WatchedIncident],
    waiting: Sequence[Duty],
    now: datetime,
) -> datetime | None:
    """When the page changes next by time alone: something of it is late from then on."""
    due = [duty.due_at for duty in waiting if duty.due_at is not None]
    due += [point.due_at for facts in known for point in facts.open_checkpoints]
    due += [watch.due_at for watch in watches if watch.due_at is not None]
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

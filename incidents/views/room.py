"""The war room: one page of panels that the hub pushes too."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.assessments.notices import current_notices
from incidents.duties.duty import duties
from incidents.facts import incident as incident_facts
from incidents.facts import notices
from incidents.facts.amendments import with_corrections
from incidents.models import Incident, TimelineEntry
from incidents.models.timeline import TimelineQuerySet
from incidents.panels import renderers as live
from incidents.panels import standing
from incidents.panels.room import next_moment
from incidents.permissions import may
from incidents.timeline import kinds
from incidents.vocabulary import LaneKind
from incidents.web.access import requires
from incidents.web.time_zone import number
from kernel import clock
from kernel.text import clean_lines

FIRST = 16
"""Entries that a room begins with: what is in sight, and some more. Scrolling brings others."""

MAX_NOTICES = 20
MAX_COUNTED_NOTICES = 99

WINDOW = 100
"""Entries per page when older ones are requested."""


@requires("room.view")
def room(request: HttpRequest, incident: Incident) -> HttpResponse:
    now = clock.now()
    context = {
        "incident": incident,
        "panels": live.panels(incident, now),
        "moment": next_moment(incident, now),
        "may_command": may("decision.decide", request.who),
        "may_note": may("note.add", request.who),
        "owned_lanes": _owned_lanes(request, incident),
        "standing": standing.render_tab(standing.FIRST_TAB, incident, now),
        **_next(request, incident),
        **_window(request, incident, FIRST),
    }
    template = "incidents/backfilled.html" if incident.backfilled else "incidents/room.html"
    return render(request, template, context)


def _owned_lanes(request: HttpRequest, incident: Incident) -> list[str]:
    holders = incident_facts.cached_facts(incident).holders.items()
    return [lane for (_, lane), holder in holders if lane and holder.person_id == request.user.pk]


@requires("room.view")
def next_thing(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The viewer's own block: what is next for them, and what they must hear."""
    return next_block(request, incident)


def next_block(request: HttpRequest, incident: Incident) -> HttpResponse:
    return render(
        request, "incidents/next.html", {"incident": incident, **_next(request, incident)}
    )


def _next(request: HttpRequest, incident: Incident) -> dict[str, object]:
    waiting = duties([incident_facts.cached_facts(incident)], request.user, clock.now())
    return {
        "duty": waiting[0] if waiting else None,
        "others": waiting[1:3],
        **_notices(request, incident),
    }


def _notices(request: HttpRequest, incident: Incident) -> dict[str, object]:
    unseen = list(notices.unseen(request.user, incident)[:MAX_COUNTED_NOTICES])
    current = current_notices(incident_facts.cached_facts(incident), unseen)
    return {"notices": current[:MAX_NOTICES], "notice_count": len(current)}


@requires("room.view")
def timeline(request: HttpRequest, incident: Incident) -> HttpResponse:
    """A window of the timeline: the older entries, or those that a filter leaves."""
    context = {
        "incident": incident,
        "may_command": may("entry.amend_any", request.who),
        **_window(request, incident, WINDOW),
    }
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "incidents/timeline.html#window" if fragment else "incidents/timeline.html"
    return render(request, template, context)


def _window(request: HttpRequest, incident: Incident, limit: int) -> dict[str, object]:
    wanted = {
        name: clean_lines(request.GET.get(name, "")).strip()
        for name in ("lane", "kind", "q", "before")
    }
    rows = _filtered(TimelineEntry.objects.filter(incident=incident), wanted)
    newest = list(with_corrections(rows).order_by("-seq")[: limit + 1])
    entries = live.entries(incident, newest[:limit])
    return {
        "entries": [entry.html for entry in entries],
        "older_than": newest[limit - 1].seq if len(newest) > limit else None,
        "wanted": wanted,
        "lane_choices": LaneKind.choices,
        "kind_choices": sorted({kind.label for kind in kinds.KINDS.values()}),
    }


def _filtered(rows: TimelineQuerySet, wanted: dict[str, str]) -> TimelineQuerySet:
    if (before := number(wanted["before"])) is not None:
        rows = rows.filter(seq__lt=before)
    if wanted["lane"] in LaneKind.values:
        rows = rows.filter(lane=wanted["lane"])
    if codes := [k.code for k in kinds.KINDS.values() if k.label == wanted["kind"]]:
        rows = rows.filter(kind__in=codes)
    if wanted["q"]:
        rows = rows.matching_text(wanted["q"][:100])
    return rows

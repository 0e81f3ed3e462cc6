"""Freezes across incidents, and what is known of a surface."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from incidents.doors import door
from incidents.models import Freeze, Incident, Surface
from incidents.rules.capture import PRECHECK_COMMANDS
from warroom.kernel import clock

A_PAGE = 30
RECENT = 10


@door("freezes.view")
def freezes(request: HttpRequest) -> HttpResponse:
    """Every freeze that the person may know of: in force first, then those that were lifted."""
    rows = _known(request)
    lifted = rows.filter(until__isnull=False).order_by("-until", "-pk")
    context = {
        "in_force": list(rows.in_force().order_by("surface__name", "since")[:200]),
        "page": Paginator(lifted, A_PAGE).get_page(request.GET.get("page")),
        "now": clock.now(),
    }
    return render(request, "incidents/freezes.html", context)


@door("freezes.view")
def surface(request: HttpRequest, slug: str) -> HttpResponse:
    """One surface: its posture, its freezes, the incidents on it."""
    found = get_object_or_404(Surface, slug=slug)
    known = Incident.objects.visible_to(request.user).filter(surfaces=found)
    context = {
        "surface": found,
        "in_force": list(_known(request).in_force().filter(surface=found)[:50]),
        "active": list(known.in_progress().worst_first()[:50]),
        "recent": list(known.exclude(pk__in=known.in_progress()).order_by("-pk")[:RECENT]),
        "prechecks": [*PRECHECK_COMMANDS, *([found.health_check] if found.health_check else [])],
        "now": clock.now(),
    }
    return render(request, "incidents/surface.html", context)


def _known(request: HttpRequest) -> "QuerySet[Freeze]":
    """Never one of an incident that the person may not learn of."""
    visible = Incident.objects.visible_to(request.user)
    rows = Freeze.objects.filter(declined=False, incident__in=visible)
    return rows.select_related("incident", "surface", "kept_by")

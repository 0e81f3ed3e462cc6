"""Freezes across incidents, and what is known of a surface."""

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from incidents.models import Freeze, Incident, Surface
from incidents.rules.evidence import PRECHECK_COMMANDS
from incidents.vocabulary import Status
from incidents.web.access import requires

A_PAGE = 30
ACTIVE = 50
RECENT = 10


@requires("freezes.view")
def freezes(request: HttpRequest) -> HttpResponse:
    """Every freeze that the person may know of: in force first, then those that were lifted."""
    rows = _known(request)
    ordered = rows.order_by(F("until").desc(nulls_first=True), "surface__name", "-since", "-pk")
    page = Paginator(ordered, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "count": rows.in_force().count(),
        "in_force": [freeze for freeze in page if freeze.until is None],
        "lifted": [freeze for freeze in page if freeze.until is not None],
    }
    return render(request, "incidents/freezes.html", context)


@requires("freezes.view")
def surface(request: HttpRequest, slug: str) -> HttpResponse:
    """One surface: its posture, its freezes, the incidents on it."""
    row = get_object_or_404(Surface, slug=slug)
    known = Incident.objects.visible_to(request.user).filter(surfaces=row)
    context = {
        "surface": row,
        "in_force": list(_known(request).in_force().filter(surface=row)[:ACTIVE]),
        "active": list(known.in_progress().worst_first()[:ACTIVE]),
        "recent": list(known.exclude(status=Status.ACTIVE).order_by("-declared_at")[:RECENT]),
        "prechecks": [*PRECHECK_COMMANDS, *filter(None, [row.health_check])],
    }
    return render(request, "incidents/surface.html", context)


def _known(request: HttpRequest) -> "QuerySet[Freeze]":
    """Never of an incident that the person may not know of."""
    visible = Incident.objects.visible_to(request.user)
    rows = Freeze.objects.filter(declined=False, incident__in=visible)
    return rows.select_related("incident", "surface", "kept_by")

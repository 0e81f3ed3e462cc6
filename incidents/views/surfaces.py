"""Freezes across incidents, and what is known of a surface."""

from django.core.paginator import Paginator
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from incidents.models import Freeze, Incident, Surface
from incidents.rules.evidence import PRECHECK_COMMANDS
from incidents.vocabulary import Status
from incidents.web.access import requires

A_PAGE = 30
MAX_IN_FORCE = 50
"""Freezes of one surface on its page; the page of all freezes has every one."""


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
    """One surface: its posture, its freezes, the incidents on it: active ones first, in pages."""
    row = get_object_or_404(Surface, slug=slug)
    known = Incident.objects.visible_to(request.user).filter(surfaces=row)
    is_active = Case(When(status=Status.ACTIVE, then=0), default=1)
    severity = Case(When(status=Status.ACTIVE, then="severity"), default=None)
    in_force = _known(request).in_force().filter(surface=row)
    context = {
        "surface": row,
        "options": list(row.ready_options.all()),
        "in_force": list(in_force[:MAX_IN_FORCE]),
        "more_in_force": max(0, in_force.count() - MAX_IN_FORCE),
        "page": Paginator(
            known.order_by(is_active, severity, "-declared_at", "-pk"), A_PAGE
        ).get_page(request.GET.get("page")),
        "prechecks": [*PRECHECK_COMMANDS, *filter(None, [row.health_check])],
    }
    return render(request, "incidents/surface.html", context)


def _known(request: HttpRequest) -> "QuerySet[Freeze]":
    """Never of an incident that the person may not know of."""
    visible = Incident.objects.visible_to(request.user)
    rows = Freeze.objects.filter(declined=False, incident__in=visible)
    return rows.select_related("incident", "surface", "kept_by")

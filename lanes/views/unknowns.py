"""The unknowns of a lane: all of them, and one with what resolves it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.vocabulary import LaneKind
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock
from lanes import actions
from lanes.forms import ResolveForm, UnknownForm
from lanes.models import Unknown

PAGE_SIZE = 50


@requires("lane.view")
def unknowns(request: HttpRequest, incident: Incident, lane: str) -> HttpResponse:
    """Every unknown of the lane, open ones first, and the form for another."""

    def do(form: WarroomForm) -> str:
        actions.raise_unknown(
            request.actor, incident.pk, lane=lane, now=clock.now(), once=form.key, **form.values()
        )
        return reverse("lane", args=[incident.pk, lane])

    rows = Unknown.objects.filter(incident=incident, lane=lane).select_related("resolved_by")
    rows = rows.prefetch_related("evidence").order_by(
        F("resolved_at").desc(nulls_first=True), "-number"
    )

    def context() -> dict[str, Any]:
        return {
            **_shared(request, incident, lane),
            "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        }

    return submit(request, "lanes/unknowns.html", UnknownForm, do, context=context)


@requires("lane.view")
def unknown(request: HttpRequest, incident: Incident, lane: str, unknown: int) -> HttpResponse:
    """One unknown; who may change it resolves it here."""
    rows = Unknown.objects.select_related("resolved_by").prefetch_related("evidence")
    row = get_object_or_404(rows, incident=incident, lane=lane, number=unknown)

    def do(form: WarroomForm) -> str:
        actions.resolve_unknown(
            request.actor,
            incident.pk,
            unknown,
            lane=lane,
            now=clock.now(),
            once=form.key,
            **form.values(),
        )
        return reverse("lane", args=[incident.pk, lane])

    return submit(
        request,
        "lanes/unknown.html",
        ResolveForm,
        do,
        context=lambda: {**_shared(request, incident, lane), "row": row},
        incident=incident,
    )


def _shared(request: HttpRequest, incident: Incident, lane: str) -> dict[str, object]:
    return {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "lane": LaneKind(lane),
        "may_change": may("unknown.change", request.who),
    }

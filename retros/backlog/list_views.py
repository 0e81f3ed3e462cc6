"""The backlog across incidents: filtered, as a page and as CSV."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from incidents.models import Incident, Person, Surface
from incidents.vocabulary import Severity
from incidents.web.access import requires
from incidents.web.time_zone import number
from kernel import clock
from retros.backlog.csv_export import csv_lines
from retros.backlog.filters import NOBODY, BacklogFilter, counts
from retros.backlog.rules import today
from retros.models import BacklogItem
from retros.vocabulary import BacklogState

PAGE_SIZE = 30
MAX_NEWEST_INCIDENTS = 50
"""Incidents offered for a new item; any other is reached from its room."""


@requires("backlog.read")
def backlog(request: HttpRequest) -> HttpResponse:
    """Hardening work of all incidents, filtered, a page at a time."""
    day, reader = today(clock.now()), request.user
    filters = BacklogFilter.read(request.GET)
    rows = filters.rows(reader, day).select_related("incident", "owner")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "wanted": filters,
        "page": page,
        "across": True,
        "today": day,
        "counts": counts(reader, day),
        "states": BacklogState.choices,
        "owners": _owners(reader),
        "nobody": NOBODY,
        "severities": Severity.choices,
        "surfaces": Surface.objects.only("name", "slug"),
        "newest": Incident.objects.visible_to(reader)
        .only("title", "status")
        .order_by("-declared_at")[:MAX_NEWEST_INCIDENTS],
    }
    return render(request, "retros/backlog_list.html", context)


@requires("backlog.read")
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Everything that the filter matches, as CSV."""
    now = clock.now()
    rows = BacklogFilter.read(request.GET).rows(request.user, today(now))
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    name = f"backlog-{today(now).isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@requires("backlog.change")
def add(request: HttpRequest) -> HttpResponse:
    """Redirect to the form of the chosen incident."""
    incident_id = number(request.GET.get("incident"))
    if incident_id is None:
        raise Http404("There is no such incident")
    incident = get_object_or_404(Incident.objects.visible_to(request.user), pk=incident_id)
    return redirect("backlog", incident.pk)


def _owners(reader: Person) -> QuerySet[Person]:
    """People who own an item that the reader may know of."""
    owned = BacklogItem.objects.visible_to(reader).filter(owner__isnull=False)
    return Person.objects.filter(pk__in=owned.values("owner")).order_by("name", "username")

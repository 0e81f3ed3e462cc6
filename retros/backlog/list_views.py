"""The backlog across incidents: what is wanted of it, as a page and as CSV."""

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
from retros.backlog.actions import today
from retros.backlog.csv_export import lines
from retros.backlog.filters import NOBODY, Wanted, counts
from retros.models import BacklogItem
from retros.vocabulary import BacklogState

A_PAGE = 30
NEWEST = 50
"""Incidents offered for a new item; any other is reached from its room."""


@requires("backlog.read")
def backlog(request: HttpRequest) -> HttpResponse:
    """What incidents left to be done: filtered, a page at a time."""
    day, reader = today(clock.now()), request.user
    wanted = Wanted.read(request.GET)
    rows = wanted.rows(reader, day).select_related("incident", "owner")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "wanted": wanted,
        "page": page,
        "across": True,
        "today": day,
        "counts": counts(reader, day),
        "states": BacklogState.choices,
        "owners": _owners(reader),
        "nobody": NOBODY,
        "severities": Severity.choices,
        "surfaces": Surface.objects.only("name", "slug"),
        "newest": Incident.objects.visible_to(reader).only("title", "status")[:NEWEST],
    }
    return render(request, "retros/backlog_list.html", context)


@requires("backlog.read")
def download(request: HttpRequest) -> StreamingHttpResponse:
    """The same, all of it, as CSV."""
    now = clock.now()
    rows = Wanted.read(request.GET).rows(request.user, today(now))
    response = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    name = f"backlog-{today(now).isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@requires("backlog.change")
def add(request: HttpRequest) -> HttpResponse:
    """To the form of the incident that was chosen."""
    chosen = number(request.GET.get("incident"))
    if chosen is None:
        raise Http404("There is no such incident")
    incident = get_object_or_404(Incident.objects.visible_to(request.user), pk=chosen)
    return redirect("backlog", incident.pk)


def _owners(reader: Person) -> QuerySet[Person]:
    """Who owns an item that the reader may know of."""
    owned = BacklogItem.objects.visible_to(reader).filter(owner__isnull=False)
    return Person.objects.filter(pk__in=owned.values("owner")).order_by("name", "username")

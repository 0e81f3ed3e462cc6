"""Pages of the metrics: charts, a table behind each, and CSV."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.models import Surface
from incidents.vocabulary import Severity
from incidents.web.access import requires
from kernel import clock
from retros.backlog.rules import today
from retros.metrics import csv, facts
from retros.metrics.charts import chart, format_value
from retros.metrics.facts import incident_times
from retros.metrics.filters import BY, MetricsFilter
from retros.metrics.rules import FEW_CASES, METRICS, figures, whole


@requires("numbers.read")
def numbers(request: HttpRequest) -> HttpResponse:
    """``GET /numbers/?from=2026-01&to=2026-06&by=month&severity=1&surface=sign-in``."""
    now = clock.now()
    filters = MetricsFilter.read(request.GET, today(now))
    incidents = incident_times(filters.incidents(request.user), now)
    groups, sorted_in = filters.groups(incidents), filters.sorted_in(incidents)
    over_time = filters.by == "month"
    charts: list[dict[str, Any]] = []
    for metric in METRICS:
        each = figures(metric, groups, sorted_in)
        rows = [
            (figure, format_value(metric, figure.value), format_value(metric, figure.high))
            for figure in each
        ]
        drawn = chart(metric, each, whole(metric, incidents), over_time=over_time)
        charts.append({"metric": metric, "chart": drawn, "rows": rows})
    context = {
        "wanted": filters,
        "count": len(incidents),
        "unmitigated": sum(incident.is_unmitigated for incident in incidents),
        "is_cut": len(incidents) == facts.MAX_INCIDENTS,
        "left_out": filters.left_out(request.user),
        "metrics": charts,
        "few": FEW_CASES,
        "by": BY.items(),
        "severities": Severity.choices,
        "surfaces": Surface.objects.only("name", "slug"),
    }
    return render(request, "retros/numbers.html", context)


@requires("numbers.read")
def download(request: HttpRequest) -> HttpResponse:
    """The data of the charts, a line an incident."""
    now = clock.now()
    filters = MetricsFilter.read(request.GET, today(now))
    rows = csv.lines(incident_times(filters.incidents(request.user), now))
    response = HttpResponse("".join(rows), content_type="text/csv; charset=utf-8")
    name = f"incidents-{filters.first:%Y-%m}-{filters.last:%Y-%m}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response

"""Numbers over time: charts, a table behind each, and CSV."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.models import Surface
from incidents.vocabulary import Severity
from incidents.web.access import requires
from kernel import clock
from retros.backlog.actions import today
from retros.metrics import csv as sheet
from retros.metrics import facts
from retros.metrics.charts import chart, shown
from retros.metrics.facts import lived
from retros.metrics.filters import BY, Wanted
from retros.metrics.rules import FEW, METRICS, figures, whole


@requires("numbers.read")
def numbers(request: HttpRequest) -> HttpResponse:
    """``GET /numbers/?from=2026-01&to=2026-06&by=month&severity=1&surface=sign-in``."""
    now = clock.now()
    wanted = Wanted.read(request.GET, today(now))
    found = lived(wanted.incidents(request.user), now)
    groups, sorted_in = wanted.groups(found), wanted.sorted_in(found)
    over_time = wanted.by == "month"
    shown_metrics: list[dict[str, Any]] = []
    for metric in METRICS:
        each = figures(metric, groups, sorted_in)
        rows = [(one, shown(metric, one.value), shown(metric, one.high)) for one in each]
        drawn = chart(metric, each, whole(metric, found), over_time=over_time)
        shown_metrics.append({"metric": metric, "chart": drawn, "rows": rows})
    context = {
        "wanted": wanted,
        "count": len(found),
        "is_cut": len(found) == facts.MOST,
        "left_out": wanted.left_out(request.user),
        "metrics": shown_metrics,
        "few": FEW,
        "by": BY.items(),
        "severities": Severity.choices,
        "surfaces": Surface.objects.only("name", "slug"),
    }
    return render(request, "retros/numbers.html", context)


@requires("numbers.read")
def download(request: HttpRequest) -> HttpResponse:
    """What the charts are made of, a line an incident."""
    now = clock.now()
    wanted = Wanted.read(request.GET, today(now))
    rows = sheet.lines(lived(wanted.incidents(request.user), now))
    response = HttpResponse("".join(rows), content_type="text/csv; charset=utf-8")
    name = f"incidents-{wanted.first:%Y-%m}-{wanted.last:%Y-%m}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response

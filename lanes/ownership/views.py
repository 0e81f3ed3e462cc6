"""Who owns what now, who owned what when, and the anti-patterns that are over."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from kernel import clock
from lanes.ownership import chart as ownership_chart
from lanes.ownership import history as record

PAGE_SIZE = 50
MAX_PATTERNS = 50


@requires("lane.view")
def owners(request: HttpRequest, incident: Incident) -> HttpResponse:
    now = clock.now()
    story = record.story(incident, now)
    rows = {row.key: row for row in story.rows}
    spans = sorted(
        (*story.tenures, *ownership_chart.gaps(story)),
        key=lambda tenure: tenure.since,
        reverse=True,
    )
    page = Paginator(spans, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "incident": incident,
        "bar": bar(incident, now),
        "graph": record.graph(incident),
        "wide": ownership_chart.wide(story),
        "tall": ownership_chart.tall(story),
        "page": page,
        "spans": [(rows[tenure.row], tenure, _ended(tenure, story)) for tenure in page],
        "events": sorted(story.events, key=lambda event: event.at)[-PAGE_SIZE:],
        "patterns": record.past_patterns(incident, MAX_PATTERNS),
        "may_assign": may("role.assign", request.who),
    }
    return render(request, "lanes/owners.html", context)


def _ended(tenure: ownership_chart.Tenure, story: ownership_chart.Story) -> bool:
    return tenure.until is not None and tenure.until < story.end

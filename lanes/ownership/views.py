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

A_PAGE = 50
PATTERNS = 50


@requires("lane.view")
def owners(request: HttpRequest, incident: Incident) -> HttpResponse:
    now = clock.now()
    story = record.story(incident, now)
    rows = {row.key: row for row in story.rows}
    spans = sorted(
        (*story.held, *ownership_chart.gaps(story)), key=lambda held: held.since, reverse=True
    )
    page = Paginator(spans, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "incident": incident,
        "bar": bar(incident, now),
        "graph": record.graph(incident),
        "wide": ownership_chart.wide(story),
        "tall": ownership_chart.tall(story),
        "page": page,
        "spans": [(rows[held.row], held, _ended(held, story)) for held in page],
        "events": sorted(story.events, key=lambda event: event.at)[-A_PAGE:],
        "patterns": record.past_patterns(incident, PATTERNS),
        "may_assign": may("role.assign", request.who),
    }
    return render(request, "lanes/owners.html", context)


def _ended(held: ownership_chart.Held, story: ownership_chart.Story) -> bool:
    return held.until is not None and held.until < story.end

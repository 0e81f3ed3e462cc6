"""The HTML pages of the status site, the same for everybody who may read them."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.template.loader import render_to_string

from comms.status.formats import FORMATS, HTML, Rendered
from comms.status.view_models import Site
from comms.vocabulary import SurfaceState

BARS = 30
"""Days of each surface on the first page; the history page has all of them."""

RECENT = timedelta(days=7)
NEWEST = 10
"""Updates of an incident on the first page; its own page has all of them."""

SHAPE = {
    SurfaceState.OPERATIONAL: "working",
    SurfaceState.MAINTENANCE: "maintenance",
    SurfaceState.DEGRADED: "degraded",
    SurfaceState.PARTIAL: "partial",
    SurfaceState.MAJOR: "down",
}
"""The symbol and class name of each state."""


@FORMATS.register
def public(site: Site) -> Iterable[Rendered]:
    return pages(site, "/status/")


def pages(site: Site, home: str, *, inside: bool = False) -> Iterable[Rendered]:
    """The pages below ``home``; ``inside``: those for signed-in stakeholders."""
    shared = {
        "site": site,
        "home": home,
        "inside": inside,
        "organisation": settings.ORGANISATION,
        "as_of": site.as_of,
        "shapes": SHAPE,
    }
    yield _page(home, "comms/status/page.html", shared, _front(site))
    yield _page(f"{home}history/", "comms/status/history.html", shared, {})
    yield _page(f"{home}404.html", "comms/status/missing.html", shared, {})
    for incident in site.incidents:
        context = {"incident": incident}
        yield _page(
            f"{home}incidents/{incident.code}/", "comms/status/incident.html", shared, context
        )
    for window in site.maintenances:
        yield _page(
            f"{home}maintenance/{window.code}/",
            "comms/status/window.html",
            shared,
            {"window": window},
        )


def _front(site: Site) -> dict[str, object]:
    until = site.as_of.date() - RECENT
    return {
        "worst": max(site.active, key=lambda incident: incident.since, default=None),
        "recent": [day for day in site.days if day.on > until],
        "bars": BARS,
        "newest": NEWEST,
    }


def _page(path: str, template: str, shared: dict[str, object], own: dict[str, object]) -> Rendered:
    html = render_to_string(template, {**shared, **own, "path": path})
    return Rendered(path, HTML, html.encode())

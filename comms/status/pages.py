"""The HTML pages of the status site, the same for everybody who may read them."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from comms.status.formats import FORMATS, HTML, Rendered
from comms.status.parts import Parts, build_each
from comms.status.view_models import Site, Unreadable, code_of
from comms.vocabulary import SurfaceState

type Context = dict[str, Any]

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
def public(site: Site, parts: Parts) -> Iterable[Rendered]:
    return pages(site, "/status/", parts)


def pages(
    site: Site, home: str, parts: Parts | None = None, *, inside: bool = False
) -> Iterable[Rendered]:
    """The pages below ``home``; ``inside``: those for signed-in stakeholders."""
    parts = Parts() if parts is None else parts
    shared = {
        "site": site,
        "home": home,
        "inside": inside,
        "organisation": settings.ORGANISATION,
        "as_of": site.as_of,
        "shapes": SHAPE,
    }

    def page(path: str, template: str, own: Callable[[], Context] = dict) -> Rendered:
        return Rendered(path, HTML, lambda: _page(path, template, shared | own()))

    yield page(home, "comms/status/page.html", lambda: _front(site, home, parts))
    yield page(f"{home}history/", "comms/status/history.html")
    yield page(f"{home}404.html", "comms/status/missing.html")
    for incident in site.incidents:
        yield page(
            f"{home}incidents/{incident.code}/",
            "comms/status/incident.html",
            partial(dict, incident=incident),
        )
    for window in site.maintenances:
        yield page(
            f"{home}maintenance/{window.code}/",
            "comms/status/window.html",
            partial(dict, window=window),
        )
    for row in site.unreadable:
        yield Rendered(f"{home}{row.path}", HTML, partial(_raise_unreadable, row))


def _front(site: Site, home: str, parts: Parts) -> Context:
    until = site.as_of.date() - RECENT
    shown = {"home": home, "newest": NEWEST, "link": True}
    happening = build_each(
        parts,
        "entry on the first page of",
        site.active,
        code_of,
        lambda incident: render_to_string(
            "comms/status/_incident.html", shown | {"shown": incident}
        ),
    )
    planned = build_each(
        parts,
        "entry on the first page of",
        site.ahead,
        code_of,
        lambda window: render_to_string("comms/status/_window.html", shown | {"window": window}),
    )
    kept = [parts.keep(f"entry on the first page of {row.code}") for row in site.unreadable]
    kept = [html for html in kept if html]
    expected = len(site.active) + len(site.unreadable)
    return {
        "worst": site.worst,
        "happening": [SafeString(html) for html in [*kept, *happening]],
        "planned": [SafeString(html) for html in planned],
        "missing": expected - len(happening) - len(kept),
        "recent": [day for day in site.days if day.on > until],
        "bars": BARS,
    }


def _page(path: str, template: str, context: Context) -> bytes:
    return render_to_string(template, context | {"path": path}).encode()


def _raise_unreadable(row: Unreadable) -> bytes:
    """Never bytes: the last page of it goes on being served."""
    raise ValueError(f"could not be presented: {row.error}")

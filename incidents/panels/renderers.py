"""The renderers of a room. Each app registers its panels in ``AppConfig.ready()``.

Pages call ``panel`` and ``entries`` with the same arguments as the hub does, so what arrives by
socket equals what a fresh page shows. Nothing here depends on the viewer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from threading import Lock

from django.utils.html import strip_tags

from incidents.models import Incident, TimelineEntry
from incidents.panels.room import next_moment, render_entries
from incidents.rules.next_change import NextChange
from incidents.timeline import kinds
from kernel.registry import Registry

type PanelRenderer = Callable[[Incident, datetime], str]


@dataclass(frozen=True, slots=True)
class Fragment:
    """One rendered entry. ``announce`` is "", "politely" or "now"; ``say`` is read aloud."""

    seq: int
    kind: str
    html: str
    announce: str
    say: str


PANELS = Registry[PanelRenderer]("panel")
"""Each renders one element with the id ``panel-<name>``. Kinds name the panels they change."""


def entries(incident: Incident, rows: list[TimelineEntry]) -> list[Fragment]:
    """Render entries, each once, in the order given."""
    rendered = zip(rows, render_entries(incident, rows), strict=True)
    return [_fragment(row, html) for row, html in rendered]


def _fragment(row: TimelineEntry, html: str) -> Fragment:
    kind = kinds.get(row.kind)
    spoken = ""
    if kind.announce:
        spoken = unescape(
            strip_tags(" ".join(kind.headline_and_body(row.subject, row.data)))
        ).strip()
    return Fragment(row.seq, row.kind, html, kind.announce, spoken)


def panel(name: str, incident: Incident, now: datetime) -> str:
    return PANELS[name](incident, now)


def panels(incident: Incident, now: datetime, names: Iterable[str] | None = None) -> dict[str, str]:
    """The panels by name; all of them unless ``names`` says which."""
    wanted = sorted(PANELS if names is None else PANELS.keys() & set(names))
    return {name: panel(name, incident, now) for name in wanted}


@dataclass(frozen=True, slots=True)
class RenderedPanels:
    """All panels of a room, rendered ``at`` a time; ``moment`` is when they change next."""

    at: datetime
    last_hash: str
    html: dict[str, str]
    moment: NextChange | None

    def serves(self, incident: Incident, now: datetime) -> bool:
        """Are they still right? No new entry, at most ten seconds old, no change by time alone."""
        if self.last_hash != incident.last_hash or not self.at <= now < self.at + SHARED_FOR:
            return False
        return self.moment is None or now < self.moment.at


def panels_shared(incident: Incident, now: datetime) -> RenderedPanels:
    """All panels, rendered once for concurrent requests: the others wait for the first."""
    with _locks[incident.pk % MAX_SHARED_ROOMS]:
        cached = _shared.get(incident.pk)
        if cached is None or not cached.serves(incident, now):
            moment = next_moment(incident, now)
            cached = RenderedPanels(now, incident.last_hash, panels(incident, now), moment)
            if len(_shared) >= MAX_SHARED_ROOMS:
                _shared.clear()
            _shared[incident.pk] = cached
    return cached


MAX_SHARED_ROOMS = 32
SHARED_FOR = timedelta(seconds=10)
_shared: dict[int, RenderedPanels] = {}
_locks = [Lock() for _ in range(MAX_SHARED_ROOMS)]


def dirtied(fragments: Sequence[Fragment]) -> frozenset[str]:
    """The panels that these entries change."""
    return frozenset().union(*(kinds.get(f.kind).panels for f in fragments)) & PANELS.keys()


def changes_duties(fragments: Sequence[Fragment]) -> bool:
    return any(kinds.get(f.kind).duties for f in fragments)


def changes_access(fragments: Sequence[Fragment]) -> bool:
    return any(kinds.get(f.kind).access for f in fragments)

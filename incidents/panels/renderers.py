"""The renderers of a room. Each app registers its own in ``AppConfig.ready()``.

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
from incidents.rules.next_change import NextChange
from incidents.timeline import kinds

type EntriesRenderer = Callable[[Incident, list[TimelineEntry]], list[str]]
type PanelRenderer = Callable[[Incident, datetime], str]
type Ahead = Callable[[Incident, datetime], NextChange | None]


@dataclass(frozen=True, slots=True)
class Fragment:
    """One rendered entry. ``announce`` is "", "politely" or "now"; ``say`` is read aloud."""

    seq: int
    kind: str
    html: str
    announce: str
    say: str


_entries: EntriesRenderer | None = None
_panels: dict[str, PanelRenderer] = {}
_ahead: Ahead | None = None


def register_entries(renderer: EntriesRenderer) -> EntriesRenderer:
    """Set how timeline entries become ``<li>`` elements, one string an entry, in their order."""
    global _entries
    if _entries is not None and _entries is not renderer:
        raise ValueError("the renderer of entries is registered twice")
    _entries = renderer
    return renderer


def register_panel(name: str, renderer: PanelRenderer) -> PanelRenderer:
    """Add a panel: one element with the id ``panel-<name>``. Kinds name the panels they change."""
    if _panels.get(name, renderer) is not renderer:
        raise ValueError(f"the panel {name} is registered twice")
    _panels[name] = renderer
    return renderer


def register_moment(ahead: Ahead) -> Ahead:
    """Set the function that finds when panels change next without an entry."""
    global _ahead
    if _ahead is not None and _ahead is not ahead:
        raise ValueError("the next moment is registered twice")
    _ahead = ahead
    return ahead


def next_moment(incident: Incident, now: datetime) -> NextChange | None:
    return _ahead(incident, now) if _ahead is not None else None


def panel_names() -> frozenset[str]:
    return frozenset(_panels)


def entries(incident: Incident, rows: list[TimelineEntry]) -> list[Fragment]:
    """Render entries, each once, in the order given."""
    if _entries is None:
        raise RuntimeError("no renderer of entries is registered")
    return [_fragment(row, html) for row, html in zip(rows, _entries(incident, rows), strict=True)]


def _fragment(row: TimelineEntry, html: str) -> Fragment:
    kind = kinds.get(row.kind)
    spoken = ""
    if kind.announce:
        spoken = unescape(
            strip_tags(" ".join(kind.headline_and_body(row.subject, row.data)))
        ).strip()
    return Fragment(row.seq, row.kind, html, kind.announce, spoken)


def panel(name: str, incident: Incident, now: datetime) -> str:
    return _panels[name](incident, now)


def panels(incident: Incident, now: datetime, names: Iterable[str] | None = None) -> dict[str, str]:
    """The panels by name; all of them unless ``names`` says which."""
    wanted = sorted(panel_names() if names is None else panel_names() & set(names))
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
    return frozenset().union(*(kinds.get(f.kind).panels for f in fragments)) & panel_names()


def changes_duties(fragments: Sequence[Fragment]) -> bool:
    return any(kinds.get(f.kind).duties for f in fragments)


def changes_access(fragments: Sequence[Fragment]) -> bool:
    return any(kinds.get(f.kind).access for f in fragments)

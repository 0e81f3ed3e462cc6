"""What readers may see, from published rows only. No column of the room is ever selected."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from comms.models import Bulletin, Maintenance, MaintenanceUpdate, Update, UpdateSurface
from comms.rules import headline_status, history
from comms.rules.history import DAYS, Span, Statement
from comms.status.presenters import (
    present_days,
    present_incident,
    present_maintenance,
    present_surfaces,
    states_of,
)
from comms.status.view_models import (
    Overall,
    ShownIncident,
    ShownSurface,
    Site,
    Unreadable,
    worst_incident,
)
from comms.vocabulary import Audience, MaintenanceState, Progress, SurfaceState, worst
from incidents.models import Surface

logger = logging.getLogger(__name__)

HISTORY = timedelta(days=DAYS)

READABLE = {
    Audience.PUBLIC: (Audience.PUBLIC,),
    Audience.INTERNAL: (Audience.PUBLIC, Audience.INTERNAL),
}
"""The audiences whose updates each audience may read. Participants read in the room, not here."""

_UPDATE_COLUMNS = (
    "code",
    "number",
    "incident_id",
    "progress",
    "headline",
    "impact",
    "mitigation",
    "unknowns",
    "no_unknowns",
    "next_at",
    "published_at",
    "corrects_id",
    "correction",
)


def site(audience: Audience, now: datetime) -> Site:
    """All that an audience may see as of ``now``. Seven queries for any number of updates.

    What cannot be presented is left out, and named in ``unreadable``: one incident may not stop
    the others.
    """
    reads = READABLE[audience]
    updates_by_incident = _by_incident(_updates(reads, now))
    windows = _windows(reads, now)
    visible, former = _surfaces(updates_by_incident.values())
    surfaces = visible | former
    codes = _codes(updates_by_incident)
    unreadable: list[Unreadable] = []
    incidents, spans = [], []
    for number, updates in updates_by_incident.items():
        with _noted(codes[number], "incidents", unreadable):
            incidents.append(present_incident(codes[number], updates, surfaces))
            spans += history.build_spans(_statements(updates))
    incidents.sort(key=lambda incident: (incident.since, incident.code), reverse=True)
    maintenances = []
    for window in windows:
        with _noted(window.code, "maintenance", unreadable):
            maintenances.append(present_maintenance(window, visible, now))
    spans += _under_maintenance(windows, now)
    surface_views = present_surfaces(visible.values(), spans, now)
    former_views = present_surfaces(former.values(), spans, now)
    return Site(
        as_of=now,
        changed_at=_changed_at(surface_views, incidents, windows, now),
        overall=_overall([*surface_views, *former_views], incidents, len(unreadable)),
        surfaces=tuple(surface_views),
        incidents=tuple(incidents),
        maintenances=tuple(maintenances),
        days=tuple(present_days(incidents, now)),
        former_surfaces=tuple(former_views),
        unreadable=tuple(unreadable),
    )


@contextmanager
def _noted(code: str, folder: str, unreadable: list[Unreadable]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        logger.exception("The status site's %s/%s could not be presented", folder, code)
        text = f"{type(error).__name__}: {error}"
        unreadable.append(Unreadable(code, f"{folder}/{code}/", text))


def _surfaces(
    published: Iterable[Sequence[Update]],
) -> tuple[dict[int, Surface], dict[int, Surface]]:
    """Those on the page, and those that left it after an update had named them, by that name."""
    every = {surface.pk: surface for surface in Surface.objects.all()}
    visible = {key: surface for key, surface in every.items() if surface.on_status_page}
    former = {}
    for updates in published:
        for row in (row for update in updates for row in update.surface_states.all()):
            if row.surface_id not in visible and row.public_name:
                former[row.surface_id] = every[row.surface_id]
                former[row.surface_id].name = row.public_name
                former[row.surface_id].description = ""
    return visible, former


def _updates(reads: Sequence[Audience], now: datetime) -> QuerySet[Update]:
    """The updates of every open incident, and of those with an update in the last 90 days."""
    readable = Update.objects.filter(
        audience__in=reads, incident__restricted=False, ends_reporting=False
    )
    mine = readable.filter(incident=OuterRef("incident"))
    recent = mine.filter(published_at__gt=now - HISTORY)
    over = Q(progress=Progress.RECOVERED, next_at__isnull=True)
    later = readable.filter(incident=OuterRef("incident"), number__gt=OuterRef("number"))
    unresolved = mine.exclude(over).filter(~Exists(later))
    named = Q(surface__on_status_page=True) | Q(public_name__gt="")
    states = UpdateSurface.objects.filter(named).order_by("surface_id")
    return (
        readable.filter(Q(Exists(recent)) | Q(Exists(unresolved)))
        .only(*_UPDATE_COLUMNS)
        .prefetch_related(Prefetch("surface_states", states))
        .order_by("incident_id", "number")
    )


def _by_incident(updates: Iterable[Update]) -> Mapping[int, Sequence[Update]]:
    """Updates by incident, oldest first."""
    by_incident: dict[int, list[Update]] = defaultdict(list)
    for update in updates:
        by_incident[update.incident_id].append(update)
    return by_incident


def _codes(updates_by_incident: Mapping[int, Sequence[Update]]) -> Mapping[int, str]:
    """The public code of each incident. With only internal updates it is that of the first one."""
    named = Bulletin.objects.filter(incident__in=updates_by_incident).values_list(
        "incident_id", "code"
    )
    return {number: rows[0].code for number, rows in updates_by_incident.items()} | dict(named)


def _statements(updates: Sequence[Update]) -> list[Statement]:
    return [Statement(update.published_at, states_of(update)) for update in updates]


def _windows(reads: Sequence[Audience], now: datetime) -> list[Maintenance]:
    since = now - HISTORY
    rows = Maintenance.objects.filter(Q(ends_at__gt=since), audience__in=reads)
    updates = MaintenanceUpdate.objects.order_by("-number")
    keys = Surface.objects.only("pk")
    return list(
        rows.prefetch_related(Prefetch("updates", updates), Prefetch("surfaces", keys)).order_by(
            "starts_at", "pk"
        )
    )


def _under_maintenance(windows: Iterable[Maintenance], now: datetime) -> list[Span]:
    return [
        Span(surface.pk, SurfaceState.MAINTENANCE, window.began_at or window.starts_at, None)
        for window in windows
        if window.state(now) == MaintenanceState.IN_PROGRESS
        for surface in window.surfaces.all()
    ]


def _overall(
    surfaces: Sequence[ShownSurface], incidents: Sequence[ShownIncident], unreadable: int
) -> Overall:
    """The sentence is about the worst incident alone, and about maintenance where there is none.

    An incident that names no surface counts as its own state.
    """
    active = [incident for incident in incidents if not incident.is_over]
    state = worst([one.state for one in surfaces] + [incident.state for incident in active])
    bad = worst_incident(incidents)
    is_trouble = bad is not None and not bad.is_watched and bad.state != SurfaceState.OPERATIONAL
    about = [(surface.name, surface.state) for surface in surfaces]
    if bad is not None and is_trouble:
        about = list(zip(bad.surfaces, bad.states, strict=True))
    sentence = headline_status.headline(
        about,
        goes_on=bool(active) or unreadable > 0,
        is_without_surface=bad is not None and is_trouble and not bad.surfaces,
    )
    return Overall(headline_status.indicator(state), state, sentence)


def _changed_at(
    surfaces: Sequence[ShownSurface],
    incidents: Sequence[ShownIncident],
    windows: Sequence[Maintenance],
    now: datetime,
) -> datetime:
    """When anything on the site was last published, or began by its planned time."""
    moments = [surface.added_at for surface in surfaces]
    moments += [incident.updated_at for incident in incidents if incident.updated_at]
    for window in windows:
        moments += [window.changed_at, window.starts_at, window.ends_at]
    # An empty site needs a stable time, or its ETag changes on every render.
    nothing = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return max((moment for moment in moments if moment <= now), default=nothing)

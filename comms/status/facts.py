"""What readers may see, from published rows alone. No column of the room is ever selected."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from comms.models import Bulletin, Maintenance, MaintenanceUpdate, Update, UpdateSurface
from comms.rules import headline_status, history
from comms.rules.history import DAYS, Span, Statement
from comms.status.presenters import (
    shown_days,
    shown_incident,
    shown_maintenance,
    shown_surfaces,
    states_of,
)
from comms.status.view_models import Overall, ShownIncident, ShownSurface, Site
from comms.vocabulary import Audience, MaintenanceState, Progress, SurfaceState, worst
from incidents.models import Surface

WINDOW = timedelta(days=DAYS)

READS = {
    Audience.PUBLIC: (Audience.PUBLIC,),
    Audience.INTERNAL: (Audience.PUBLIC, Audience.INTERNAL),
}
"""What each audience may read. Participants read in the room, never here."""

_SAID = (
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
    """All that an audience may see as of ``now``. Seven queries, however much was said."""
    reads = READS[audience]
    surfaces = {s.pk: s for s in Surface.objects.filter(on_status_page=True)}
    told = _told(_updates(reads, now))
    windows = _windows(reads, now)
    spans = [span for said in told.values() for span in history.build_spans(_said(said))]
    spans += _under_maintenance(windows, now)
    codes = _codes(told)
    incidents = sorted(
        (shown_incident(codes[number], rows, surfaces) for number, rows in told.items()),
        key=lambda one: (one.since, one.code),
        reverse=True,
    )
    shown = shown_surfaces(surfaces.values(), spans, now)
    return Site(
        as_of=now,
        changed_at=_changed_at(shown, incidents, windows, now),
        overall=_overall(shown, incidents),
        surfaces=tuple(shown),
        incidents=tuple(incidents),
        maintenances=tuple(shown_maintenance(one, surfaces, now) for one in windows),
        days=tuple(shown_days(incidents, now)),
    )


def _updates(reads: Sequence[Audience], now: datetime) -> QuerySet[Update]:
    """Of every incident that goes on, or was spoken of within the window."""
    readable = Update.objects.filter(audience__in=reads, incident__restricted=False)
    mine = readable.filter(incident=OuterRef("incident"))
    recent = mine.filter(published_at__gt=now - WINDOW)
    over = Q(progress=Progress.RECOVERED, next_at__isnull=True)
    later = readable.filter(incident=OuterRef("incident"), number__gt=OuterRef("number"))
    unresolved = mine.exclude(over).filter(~Exists(later))
    states = UpdateSurface.objects.filter(surface__on_status_page=True).order_by("surface_id")
    return (
        readable.filter(Q(Exists(recent)) | Q(Exists(unresolved)))
        .only(*_SAID)
        .prefetch_related(Prefetch("surface_states", states))
        .order_by("incident_id", "number")
    )


def _told(updates: Iterable[Update]) -> Mapping[int, Sequence[Update]]:
    """Updates by incident, oldest first."""
    found: dict[int, list[Update]] = defaultdict(list)
    for update in updates:
        found[update.incident_id].append(update)
    return found


def _codes(told: Mapping[int, Sequence[Update]]) -> Mapping[int, str]:
    """What readers know each incident by. One that has only internal updates takes its first's."""
    named = Bulletin.objects.filter(incident__in=told).values_list("incident_id", "code")
    return {number: rows[0].code for number, rows in told.items()} | dict(named)


def _said(updates: Sequence[Update]) -> list[Statement]:
    return [Statement(update.published_at, states_of(update)) for update in updates]


def _windows(reads: Sequence[Audience], now: datetime) -> list[Maintenance]:
    since = now - WINDOW
    rows = Maintenance.objects.filter(Q(ends_at__gt=since), audience__in=reads)
    updates = MaintenanceUpdate.objects.order_by("-number")
    shown = Surface.objects.filter(on_status_page=True).only("pk", "name")
    return list(
        rows.prefetch_related(Prefetch("updates", updates), Prefetch("surfaces", shown)).order_by(
            "starts_at", "pk"
        )
    )


def _under_maintenance(windows: Iterable[Maintenance], now: datetime) -> list[Span]:
    return [
        Span(surface.pk, SurfaceState.MAINTENANCE, one.began_at or one.starts_at, None)
        for one in windows
        if one.state(now) == MaintenanceState.IN_PROGRESS
        for surface in one.surfaces.all()
    ]


def _overall(surfaces: Sequence[ShownSurface], incidents: Sequence[ShownIncident]) -> Overall:
    active = [one for one in incidents if not one.is_over]
    state = worst([one.state for one in surfaces])
    sentence = headline_status.headline(
        [(one.name, one.state) for one in surfaces], goes_on=bool(active)
    )
    return Overall(headline_status.indicator(state), state, sentence)


def _changed_at(
    surfaces: Sequence[ShownSurface],
    incidents: Sequence[ShownIncident],
    windows: Sequence[Maintenance],
    now: datetime,
) -> datetime:
    """When anything that is shown was last published, or began by itself."""
    moments = [one.added_at for one in surfaces]
    moments += [one.updated_at for one in incidents if one.updated_at]
    for window in windows:
        moments += [window.changed_at, window.starts_at, window.ends_at]
    # Of a site with nothing on it, a time that does not move with each look.
    nothing = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return max((moment for moment in moments if moment <= now), default=nothing)

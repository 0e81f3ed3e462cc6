"""What readers may see, from published rows alone. No column of the room is ever selected."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from comms.markdown import safe_html, safe_inline
from comms.models import Bulletin, Maintenance, MaintenanceUpdate, Update, UpdateSurface
from comms.rules import history, overall
from comms.rules.history import DAYS, Said, Span
from comms.rules.public import public_status
from comms.status.codes import surface_code
from comms.status.view import (
    Affected,
    Day,
    Overall,
    ShownDay,
    ShownIncident,
    ShownMaintenance,
    ShownMaintenanceUpdate,
    ShownSurface,
    ShownUpdate,
    Site,
)
from comms.vocabulary import Audience, MaintenanceState, Progress, PublicStatus, SurfaceState, worst
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
    spans = [span for said in told.values() for span in history.spans(_said(said))]
    spans += _under_maintenance(windows, now)
    codes = _codes(told)
    incidents = sorted(
        (_incident(codes[number], rows, surfaces) for number, rows in told.items()),
        key=lambda one: (one.since, one.code),
        reverse=True,
    )
    shown = _surfaces(surfaces.values(), spans, now)
    return Site(
        as_of=now,
        changed_at=_changed_at(shown, incidents, windows, now),
        overall=_overall(shown, incidents),
        surfaces=tuple(shown),
        incidents=tuple(incidents),
        maintenances=tuple(_maintenance(one, surfaces, now) for one in windows),
        days=tuple(_days(incidents, now)),
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


def _states(update: Update) -> dict[int, SurfaceState]:
    return {row.surface_id: SurfaceState(row.state) for row in update.surface_states.all()}


def _said(updates: Sequence[Update]) -> list[Said]:
    return [Said(update.published_at, _states(update)) for update in updates]


def _incident(
    code: str, updates: Sequence[Update], surfaces: Mapping[int, Surface]
) -> ShownIncident:
    """``updates`` oldest first, at least one."""
    corrected = {u.corrects_id: u.published_at for u in updates if u.corrects_id}
    shown: list[ShownUpdate] = []
    before: dict[int, SurfaceState] = {}
    for update in updates:
        states = _states(update)
        affected = _affected(before, states, surfaces)
        shown.append(_update(update, corrected.get(update.pk), affected))
        before = states
    last, touched = shown[-1], list(dict.fromkeys(k for u in updates for k in _states(u)))
    return ShownIncident(
        code=code,
        headline=updates[-1].headline,
        since=updates[0].published_at,
        surfaces=tuple(surfaces[key].name for key in touched),
        progress_label=last.progress_label,
        public_status=last.public_status,
        updates=tuple(reversed(shown)),
        impact=overall.impact([state for u in updates for state in _states(u).values()]),
        updated_at=last.at,
        monitoring_at=_became(shown, PublicStatus.MONITORING),
        resolved_at=_became(shown, PublicStatus.RESOLVED),
        codes=tuple(surface_code(key) for key in touched),
        states=tuple(before.get(key, SurfaceState.OPERATIONAL) for key in touched),
    )


def _became(shown: Sequence[ShownUpdate], status: PublicStatus) -> datetime | None:
    """Since when it is so without a break; None when it is not so now."""
    since = None
    for update in reversed(shown):
        if update.public_status != status:
            break
        since = update.at
    return since


def _affected(
    before: Mapping[int, SurfaceState],
    after: Mapping[int, SurfaceState],
    surfaces: Mapping[int, Surface],
) -> tuple[Affected, ...]:
    works = SurfaceState.OPERATIONAL
    return tuple(
        Affected(
            surface_code(key), surfaces[key].name, before.get(key, works), after.get(key, works)
        )
        for key in sorted(before.keys() | after.keys())
    )


def _update(
    update: Update, corrected_at: datetime | None, affected: tuple[Affected, ...]
) -> ShownUpdate:
    return ShownUpdate(
        code=update.code,
        progress_label=str(Progress(update.progress).label),
        public_status=public_status(update.progress, update.next_at is not None).value,
        at=update.published_at,
        impact_html=safe_html(update.impact),
        mitigation_html=safe_html(update.mitigation),
        unknowns_html=tuple(safe_inline(one) for one in update.unknowns),
        no_unknowns_html=safe_inline(update.no_unknowns),
        next_at=update.next_at,
        correction=update.correction,
        corrected_at=corrected_at,
        body=body(update),
        affected=affected,
    )


def body(update: Update) -> str:
    """An update as plain text, for feeds and messages."""
    parts = [f"Correction: {update.correction}"] if update.correction else []
    parts += [update.impact, update.mitigation]
    if update.unknowns:
        parts.append(f"What we do not know yet: {' '.join(update.unknowns)}")
    return "\n\n".join(parts)


def _surfaces(
    surfaces: Iterable[Surface], spans: Sequence[Span], now: datetime
) -> list[ShownSurface]:
    mine: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        mine[span.surface].append(span)
    return [
        ShownSurface(
            code=surface_code(one.pk),
            name=one.name,
            description=one.description,
            position=place,
            state=history.now_of(one.pk, mine[one.pk]),
            added_at=one.added_at,
            updated_at=_moved_at(one, mine[one.pk]),
            days=tuple(Day(*day) for day in history.days(one.pk, mine[one.pk], now)),
        )
        for place, one in enumerate(sorted(surfaces, key=lambda s: (s.position, s.name)), 1)
    ]


def _moved_at(surface: Surface, spans: Sequence[Span]) -> datetime:
    return max([surface.added_at, *(span.end or span.start for span in spans)])


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


def _maintenance(
    one: Maintenance, surfaces: Mapping[int, Surface], now: datetime
) -> ShownMaintenance:
    touched = [surface for surface in one.surfaces.all() if surface.pk in surfaces]
    return ShownMaintenance(
        code=one.code,
        title=one.title,
        text_html=safe_html(one.text),
        body=one.text,
        state=one.state(now),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        began_at=one.began_at,
        ended_at=one.ended_at,
        planned_at=one.planned_at,
        changed_at=one.changed_at,
        sequence=one.sequence,
        surfaces=tuple(surface.name for surface in touched),
        codes=tuple(surface_code(surface.pk) for surface in touched),
        updates=tuple(
            ShownMaintenanceUpdate(
                u.code, MaintenanceState(u.state), u.published_at, safe_html(u.text), u.text
            )
            for u in one.updates.all()
        ),
    )


def _overall(surfaces: Sequence[ShownSurface], incidents: Sequence[ShownIncident]) -> Overall:
    active = [one for one in incidents if not one.is_over]
    state = worst([one.state for one in surfaces])
    sentence = overall.words([(one.name, one.state) for one in surfaces], goes_on=bool(active))
    return Overall(overall.indicator(state), state, sentence)


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


def _days(incidents: Sequence[ShownIncident], now: datetime) -> Iterable[ShownDay]:
    """The last 90 days, newest first, each with what went on."""
    for back in range(DAYS):
        on = (now - timedelta(days=back)).date()
        yield ShownDay(on, tuple(one for one in incidents if _went_on(one, on, now)))


def _went_on(incident: ShownIncident, on: date, now: datetime) -> bool:
    last = (incident.resolved_at or now).astimezone(now.tzinfo).date()
    return incident.since.astimezone(now.tzinfo).date() <= on <= last

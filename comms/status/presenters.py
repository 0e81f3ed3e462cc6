"""Turning published rows into the view models of the status page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from comms.models import Maintenance, Update
from comms.rules import headline_status, history
from comms.rules.history import DAYS, Span
from comms.rules.public import public_status
from comms.status.markdown import safe_html, safe_inline
from comms.status.public_ids import surface_code
from comms.status.view_models import (
    Affected,
    Day,
    ShownDay,
    ShownIncident,
    ShownMaintenance,
    ShownMaintenanceUpdate,
    ShownSurface,
    ShownUpdate,
    StateSpan,
)
from comms.vocabulary import MaintenanceState, Progress, PublicStatus, SurfaceState
from incidents.models import Surface
from kernel.text import drop_controls, one_line


def states_of(update: Update) -> dict[int, SurfaceState]:
    return {row.surface_id: SurfaceState(row.state) for row in update.surface_states.all()}


def present_incident(
    code: str, updates: Sequence[Update], surfaces: Mapping[int, Surface]
) -> ShownIncident:
    """``updates`` are oldest first, and at least one."""
    corrected = {u.corrects_id: u.published_at for u in updates if u.corrects_id}
    update_views: list[ShownUpdate] = []
    before: dict[int, SurfaceState] = {}
    for update in updates:
        states = states_of(update)
        affected = _affected(before, states, surfaces)
        update_views.append(_update(update, corrected.get(update.pk), affected))
        before = states
    last, touched = update_views[-1], list(dict.fromkeys(k for u in updates for k in states_of(u)))
    return ShownIncident(
        code=code,
        headline=one_line(updates[-1].headline),
        since=updates[0].published_at,
        surfaces=tuple(one_line(surfaces[key].name) for key in touched),
        progress_label=last.progress_label,
        public_status=last.public_status,
        updates=tuple(reversed(update_views)),
        impact=headline_status.impact([state for u in updates for state in states_of(u).values()]),
        updated_at=last.at,
        monitoring_at=_since(update_views, PublicStatus.MONITORING),
        resolved_at=_since(update_views, PublicStatus.RESOLVED),
        codes=tuple(surface_code(key) for key in touched),
        states=tuple(before.get(key, SurfaceState.OPERATIONAL) for key in touched),
    )


def _since(updates: Sequence[ShownUpdate], status: PublicStatus) -> datetime | None:
    """Since when the status holds without a break; None if it does not hold now."""
    since = None
    for update in reversed(updates):
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
            surface_code(key),
            one_line(surfaces[key].name),
            before.get(key, works),
            after.get(key, works),
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
        unknowns_html=tuple(safe_inline(unknown) for unknown in update.unknowns),
        no_unknowns_html=safe_inline(update.no_unknowns),
        next_at=update.next_at,
        correction=drop_controls(update.correction),
        corrected_at=corrected_at,
        body=body(update),
        affected=affected,
        headline=one_line(update.headline),
    )


def body(update: Update) -> str:
    """An update as plain text, for feeds and messages; when the next one comes is its end."""
    parts = [f"Correction: {update.correction}"] if update.correction else []
    parts += [update.impact, update.mitigation]
    if update.unknowns:
        parts.append(f"What we do not know yet: {' '.join(update.unknowns)}")
    if update.next_at:
        parts.append(next_time(update.next_at))
    return drop_controls("\n\n".join(parts))


def next_time(next_at: datetime) -> str:
    """When readers hear again, for what has no reader's zone."""
    return f"We write again by {next_at.astimezone(UTC):%d %b %Y, %H:%M} UTC."


def present_surfaces(
    surfaces: Iterable[Surface], spans: Sequence[Span], now: datetime
) -> list[ShownSurface]:
    mine: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        mine[span.surface].append(span)
    return [
        ShownSurface(
            code=surface_code(surface.pk),
            name=one_line(surface.name),
            description=one_line(surface.description),
            position=place,
            state=history.current_state(surface.pk, mine[surface.pk]),
            added_at=surface.added_at,
            updated_at=_changed_at(surface, mine[surface.pk]),
            days=tuple(Day(*day) for day in history.days(surface.pk, mine[surface.pk], now)),
            spans=tuple(
                StateSpan(span.state, span.start, span.end)
                for span in mine[surface.pk]
                if span.end is None or span.end > now - timedelta(days=DAYS)
            ),
        )
        for place, surface in enumerate(sorted(surfaces, key=lambda s: (s.position, s.name)), 1)
    ]


def _changed_at(surface: Surface, spans: Sequence[Span]) -> datetime:
    return max([surface.added_at, *(span.end or span.start for span in spans)])


def present_maintenance(
    window: Maintenance, surfaces: Mapping[int, Surface], now: datetime
) -> ShownMaintenance:
    names = _public_names(window, surfaces)
    return ShownMaintenance(
        code=window.code,
        title=one_line(window.title),
        text_html=safe_html(window.text),
        body=drop_controls(window.text),
        state=window.state(now),
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        began_at=window.began_at,
        ended_at=window.ended_at,
        planned_at=window.planned_at,
        changed_at=window.changed_at,
        sequence=window.sequence,
        surfaces=tuple(one_line(name) for name in names.values()),
        codes=tuple(surface_code(key) for key in names),
        updates=tuple(
            ShownMaintenanceUpdate(
                u.code,
                MaintenanceState(u.state),
                u.published_at,
                safe_html(u.text),
                drop_controls(u.text),
                one_line(u.title or window.title),
            )
            for u in window.updates.all()
        ),
    )


def _public_names(window: Maintenance, surfaces: Mapping[int, Surface]) -> dict[int, str]:
    """Of the surfaces on the page, and of those that left it after the window had named them."""
    names = {}
    for surface in window.surfaces.all():
        if surface.pk in surfaces:
            names[surface.pk] = surfaces[surface.pk].name
        elif name := (window.public_names or {}).get(str(surface.pk)):
            names[surface.pk] = name
    return names


def present_days(incidents: Sequence[ShownIncident], now: datetime) -> Iterable[ShownDay]:
    """The last 90 days, newest first, each with the incidents of that day."""
    for back in range(DAYS):
        on = (now - timedelta(days=back)).date()
        yield ShownDay(
            on, tuple(incident for incident in incidents if _was_open_on(incident, on, now))
        )


def _was_open_on(incident: ShownIncident, on: date, now: datetime) -> bool:
    last = (incident.resolved_at or now).astimezone(now.tzinfo).date()
    return incident.since.astimezone(now.tzinfo).date() <= on <= last

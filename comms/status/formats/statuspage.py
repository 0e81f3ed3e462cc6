"""The Statuspage v2 read API, as its clients know it: same paths, keys, orders and values.

``impact`` of an incident is the worst that one of its surfaces ever was (down: critical, partly
disrupted: major, degraded: minor); ``indicator`` is the worst that any surface is now.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin

from django.conf import settings

from comms.status.formats import FORMATS, Rendered
from comms.status.parts import Parts
from comms.status.public_ids import page_code
from comms.status.view_models import (
    Affected,
    Overall,
    ShownIncident,
    ShownMaintenance,
    ShownMaintenanceUpdate,
    ShownSurface,
    ShownUpdate,
    Site,
)
from comms.vocabulary import MaintenanceState

BELOW = "/status/api/v2/"
JSON = "application/json; charset=utf-8"
NEWEST = 50

type Row = dict[str, Any]

DESCRIPTIONS = {
    "none": "All Systems Operational",
    "maintenance": "Service Under Maintenance",
    "minor": "Partially Degraded Service",
    "major": "Partial System Outage",
    "critical": "Major Service Outage",
}


@FORMATS.register
def statuspage(site: Site, parts: Parts) -> Iterable[Rendered]:
    rows = _Rows(site, parts)
    planned, in_progress = MaintenanceState.PLANNED, MaintenanceState.IN_PROGRESS
    done = MaintenanceState.DONE
    files: dict[str, Callable[[], Row]] = {
        "summary.json": lambda: (
            rows.components()
            | rows.unresolved()
            | rows.windows(planned, in_progress)
            | rows.status()
        ),
        "status.json": rows.status,
        "components.json": rows.components,
        "incidents.json": rows.incidents,
        "incidents/unresolved.json": rows.unresolved,
        "scheduled-maintenances.json": lambda: rows.windows(planned, in_progress, done),
        "scheduled-maintenances/upcoming.json": lambda: rows.windows(planned),
        "scheduled-maintenances/active.json": lambda: rows.windows(in_progress),
    }
    for name, body in files.items():
        yield Rendered(f"{BELOW}{name}", JSON, partial(_content, site, body))


def _content(site: Site, body: Callable[[], Row]) -> bytes:
    rows = {"page": _page(site)} | body()
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


class _Rows:
    """The rows of each list. An incident or a window is built once for all of them."""

    def __init__(self, site: Site, parts: Parts) -> None:
        self._site, self._parts = site, parts
        self._components = {
            surface.code: surface for surface in (*site.surfaces, *site.former_surfaces)
        }

    def status(self) -> Row:
        return {"status": _status(self._site.overall)}

    def components(self) -> Row:
        return {"components": [_component(surface) for surface in self._site.surfaces]}

    def incidents(self) -> Row:
        rows = self._build(self._site.incidents[:NEWEST], self._incident)
        return {"incidents": self._unreadable(is_window=False) + rows}

    def unresolved(self) -> Row:
        rows = self._build(self._site.active, self._incident)
        unreadable = self._unreadable(is_window=False)
        return {"incidents": [row for row in unreadable if row["status"] != "resolved"] + rows}

    def windows(self, *states: MaintenanceState) -> Row:
        windows = [window for window in self._site.maintenances if window.state in states]
        rows = self._build(windows, self._window)
        unreadable = self._unreadable(is_window=True)
        return {
            "scheduled_maintenances": [row for row in unreadable if row["status"] in states] + rows
        }

    def _build[T: (ShownIncident, ShownMaintenance)](
        self, shown: Sequence[T], build: Callable[[T], Row]
    ) -> list[Row]:
        rows = []
        for one in shown:
            name = f"JSON of {one.code}"
            if name not in self._parts.built and name not in self._parts.errors:
                self._parts.build(name, partial(build, one))
            if name in self._parts.built:
                rows.append(self._parts.built[name])
        return rows

    def _unreadable(self, *, is_window: bool) -> list[Row]:
        """Of what cannot be read now, as it was last."""
        kept = [self._parts.keep(f"JSON of {row.code}") for row in self._site.unreadable]
        return [row for row in kept if row and ("scheduled_for" in row) == is_window]

    def _incident(self, incident: ShownIncident) -> Row:
        return _incident(incident, self._rows_of(incident.codes))

    def _window(self, window: ShownMaintenance) -> Row:
        return _maintenance(window, self._rows_of(window.codes))

    def _rows_of(self, codes: Iterable[str]) -> list[Row]:
        return [_component(self._components[code]) for code in codes if code in self._components]


def when(moment: datetime | None) -> str | None:
    """ISO 8601 with milliseconds, in UTC."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def page_id() -> str:
    return page_code(settings.BASE_URL)


def address(path: str) -> str:
    return urljoin(settings.BASE_URL, path)


def _page(site: Site) -> Row:
    return {
        "id": page_id(),
        "name": settings.ORGANISATION,
        "url": address("/status/"),
        "time_zone": "Etc/UTC",
        "updated_at": when(site.changed_at),
    }


def _status(overall: Overall) -> Row:
    return {"indicator": overall.indicator, "description": DESCRIPTIONS[overall.indicator]}


def _component(surface: ShownSurface) -> Row:
    return {
        "id": surface.code,
        "name": surface.name,
        "status": surface.state.value,
        "created_at": when(surface.added_at),
        "updated_at": when(surface.updated_at),
        "position": surface.position,
        "description": surface.description or None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page_id(),
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(incident: ShownIncident, components: list[Row]) -> Row:
    return {
        "id": incident.code,
        "name": incident.headline,
        "status": incident.public_status,
        "created_at": when(incident.since),
        "updated_at": when(incident.updated_at),
        "monitoring_at": when(incident.monitoring_at),
        "resolved_at": when(incident.resolved_at),
        "impact": incident.impact,
        "shortlink": address(f"/status/incidents/{incident.code}/"),
        "started_at": when(incident.since),
        "page_id": page_id(),
        "incident_updates": [_update(update, incident.code) for update in incident.updates],
        "components": components,
    }


def _update(update: ShownUpdate, incident: str) -> Row:
    affected = [_affected(change) for change in update.affected] or None
    return _update_row(
        update.code, update.public_status, update.body, incident, update.at, affected
    )


def _affected(change: Affected) -> Row:
    return {
        "code": change.code,
        "name": change.name,
        "old_status": change.before.value,
        "new_status": change.after.value,
    }


def _update_row(
    code: str, status: str, body: str, incident: str, at: datetime, affected: list[Row] | None
) -> Row:
    return {
        "id": code,
        "status": status,
        "body": body,
        "incident_id": incident,
        "created_at": when(at),
        "updated_at": when(at),
        "display_at": when(at),
        "affected_components": affected,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _maintenance(window: ShownMaintenance, components: list[Row]) -> Row:
    ended = window.ended_at or (window.ends_at if window.state == MaintenanceState.DONE else None)
    return {
        "id": window.code,
        "name": window.title,
        "status": window.state.value,
        "created_at": when(window.planned_at),
        "updated_at": when(window.changed_at),
        "monitoring_at": None,
        "resolved_at": when(ended),
        "impact": "maintenance",
        "shortlink": address(f"/status/maintenance/{window.code}/"),
        "started_at": when(window.began_at or window.starts_at),
        "page_id": page_id(),
        "incident_updates": [_note(note, window.code) for note in window.updates],
        "components": components,
        "scheduled_for": when(window.starts_at),
        "scheduled_until": when(window.ends_at),
    }


def _note(note: ShownMaintenanceUpdate, window: str) -> Row:
    return _update_row(note.code, note.state.value, note.body, window, note.at, None)

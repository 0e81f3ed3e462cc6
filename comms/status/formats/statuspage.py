"""The Statuspage v2 read API, as its clients know it: same paths, keys, orders and values.

``impact`` of an incident is the worst that one of its surfaces ever was (down: critical, partly
disrupted: major, degraded: minor); ``indicator`` is the worst that any surface is now.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings

from comms.status.formats import FORMATS, Rendered
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
PAGE_ID = "warroomstats"
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
def statuspage(site: Site) -> Iterable[Rendered]:
    head: Row = {"page": _page(site)}
    status = {"status": _status(site.overall)}
    components = {"components": [_component(surface) for surface in site.surfaces]}
    by_code = {surface.code: _component(surface) for surface in site.surfaces}
    unresolved = {"incidents": [_incident(incident, by_code) for incident in site.active]}
    incidents = {
        "incidents": [_incident(incident, by_code) for incident in site.incidents[:NEWEST]]
    }

    def windows(*states: MaintenanceState) -> Row:
        maintenances = [window for window in site.maintenances if window.state in states]
        return {
            "scheduled_maintenances": [_maintenance(window, by_code) for window in maintenances]
        }

    planned, in_progress = MaintenanceState.PLANNED, MaintenanceState.IN_PROGRESS
    ahead = windows(planned, in_progress)
    every = windows(planned, in_progress, MaintenanceState.DONE)
    files = {
        "summary.json": head | components | unresolved | ahead | status,
        "status.json": head | status,
        "components.json": head | components,
        "incidents.json": head | incidents,
        "incidents/unresolved.json": head | unresolved,
        "scheduled-maintenances.json": head | every,
        "scheduled-maintenances/upcoming.json": head | windows(planned),
        "scheduled-maintenances/active.json": head | windows(in_progress),
    }
    for name, body in files.items():
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        yield Rendered(f"{BELOW}{name}", JSON, content)


def when(moment: datetime | None) -> str | None:
    """ISO 8601 with milliseconds, in UTC."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def address(path: str) -> str:
    return urljoin(settings.BASE_URL, path)


def _page(site: Site) -> Row:
    return {
        "id": PAGE_ID,
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
        "page_id": PAGE_ID,
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(incident: ShownIncident, components: dict[str, Row]) -> Row:
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
        "page_id": PAGE_ID,
        "incident_updates": [_update(update, incident.code) for update in incident.updates],
        "components": [components[code] for code in incident.codes if code in components],
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


def _maintenance(window: ShownMaintenance, components: dict[str, Row]) -> Row:
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
        "page_id": PAGE_ID,
        "incident_updates": [_note(note, window.code) for note in window.updates],
        "components": [components[code] for code in window.codes if code in components],
        "scheduled_for": when(window.starts_at),
        "scheduled_until": when(window.ends_at),
    }


def _note(note: ShownMaintenanceUpdate, window: str) -> Row:
    return _update_row(note.code, note.state.value, note.body, window, note.at, None)

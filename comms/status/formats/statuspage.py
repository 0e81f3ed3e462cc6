"""The Statuspage v2 read API, as its clients know it: same paths, keys, orders and words.

``impact`` of an incident is the worst that one of its surfaces ever was (down: critical, partly
disrupted: major, degraded: minor); ``indicator`` is the worst that any surface is now.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings

from comms.status.formats import Rendered, register
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


@register
def statuspage(site: Site) -> Iterable[Rendered]:
    head: Row = {"page": _page(site)}
    status = {"status": _status(site.overall)}
    components = {"components": [_component(one) for one in site.surfaces]}
    by_code = {one.code: _component(one) for one in site.surfaces}
    unresolved = {"incidents": [_incident(one, by_code) for one in site.active]}
    incidents = {"incidents": [_incident(one, by_code) for one in site.incidents[:NEWEST]]}

    def windows(*states: MaintenanceState) -> Row:
        found = [one for one in site.maintenances if one.state in states]
        return {"scheduled_maintenances": [_maintenance(one, by_code) for one in found]}

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
    for name, said in files.items():
        content = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
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


def _component(one: ShownSurface) -> Row:
    return {
        "id": one.code,
        "name": one.name,
        "status": one.state.value,
        "created_at": when(one.added_at),
        "updated_at": when(one.updated_at),
        "position": one.position,
        "description": one.description or None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": PAGE_ID,
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(one: ShownIncident, components: dict[str, Row]) -> Row:
    return {
        "id": one.code,
        "name": one.headline,
        "status": one.public_status,
        "created_at": when(one.since),
        "updated_at": when(one.updated_at),
        "monitoring_at": when(one.monitoring_at),
        "resolved_at": when(one.resolved_at),
        "impact": one.impact,
        "shortlink": address(f"/status/incidents/{one.code}/"),
        "started_at": when(one.since),
        "page_id": PAGE_ID,
        "incident_updates": [_update(update, one.code) for update in one.updates],
        "components": [components[code] for code in one.codes if code in components],
    }


def _update(one: ShownUpdate, incident: str) -> Row:
    affected = [_affected(change) for change in one.affected] or None
    return _said(one.code, one.public_status, one.body, incident, one.at, affected)


def _affected(change: Affected) -> Row:
    return {
        "code": change.code,
        "name": change.name,
        "old_status": change.before.value,
        "new_status": change.after.value,
    }


def _said(
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


def _maintenance(one: ShownMaintenance, components: dict[str, Row]) -> Row:
    ended = one.ended_at or (one.ends_at if one.state == MaintenanceState.DONE else None)
    return {
        "id": one.code,
        "name": one.title,
        "status": one.state.value,
        "created_at": when(one.planned_at),
        "updated_at": when(one.changed_at),
        "monitoring_at": None,
        "resolved_at": when(ended),
        "impact": "maintenance",
        "shortlink": address(f"/status/maintenance/{one.code}/"),
        "started_at": when(one.began_at or one.starts_at),
        "page_id": PAGE_ID,
        "incident_updates": [_note(note, one.code) for note in one.updates],
        "components": [components[code] for code in one.codes if code in components],
        "scheduled_for": when(one.starts_at),
        "scheduled_until": when(one.ends_at),
    }


def _note(note: ShownMaintenanceUpdate, window: str) -> Row:
    return _said(note.code, note.state.value, note.body, window, note.at, None)

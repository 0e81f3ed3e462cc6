"""When trouble began and was noticed, as the record says it last: a timeline entry has each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incidents.models import Incident, TimelineEntry
from incidents.rules.event_times import EventTime, EventTimes

KIND = "incident.timed"


def read_event_times(incident: Incident, until: datetime | None = None) -> EventTimes:
    """As the last entry about them says, or the last one up to ``until``. One query."""
    rows = TimelineEntry.objects.filter(incident=incident, kind=KIND)
    if until is not None:
        rows = rows.filter(at__lte=until)
    entry = rows.order_by("-seq").first()
    if entry is None:
        return EventTimes()
    return EventTimes(_time(entry.data, "began"), _time(entry.data, "detected"))


def _time(data: Mapping[str, Any], name: str) -> EventTime | None:
    at = data[f"{name}_at"]
    return EventTime(datetime.fromisoformat(at), data[f"{name}_evidence"]) if at else None

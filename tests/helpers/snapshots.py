"""Snapshots of an incident in plain values, to compare what was with what is rebuilt."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from incidents.facts import incident as facts
from incidents.facts.as_of import incident_at
from incidents.models import Incident, Person, TimelineEntry
from incidents.panels import renderers as render
from lanes.facts.lanes import lanes_of


def plain(found: Any, above: tuple[Model, ...] = ()) -> Any:
    """Rows as their loaded columns and the rows read with them; people and rows above as keys."""
    if isinstance(found, Model):
        if isinstance(found, Person) or found in above:
            return (type(found).__name__, found.pk)
        return _row(found, (*above, found))
    if is_dataclass(found):
        return {one.name: plain(getattr(found, one.name), above) for one in fields(found)}
    if isinstance(found, Mapping):
        return {str(key): plain(value, above) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [plain(one, above) for one in found]
    return found


def _row(row: Model, above: tuple[Model, ...]) -> dict[str, Any]:
    deferred = row.get_deferred_fields()
    columns = {
        column.attname: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if column.attname not in deferred
    }
    read = {
        name: plain(other, above)
        for name, other in row._state.fields_cache.items()
        if name != "incident"
    }
    return columns | read


@dataclass(frozen=True)
class Snapshot:
    """What an incident was, and looked like, at a moment."""

    at: datetime
    facts: dict[str, Any]
    lanes: list[Any]
    panels: dict[str, str]


def snapshot_now(incident_id: int, now: datetime, *, looks: bool = True) -> Snapshot:
    """As it is ``now``; ``looks`` renders its panels too."""
    incident = Incident.objects.get(pk=incident_id)
    return _snapshot(incident, now, looks)


def snapshot_at(incident_id: int, moment: datetime, *, looks: bool = True) -> Snapshot:
    """The same, rebuilt later."""
    past = incident_at(Incident.objects.get(pk=incident_id), moment)
    return _snapshot(past, moment, looks)


def _snapshot(incident: Incident, now: datetime, looks: bool) -> Snapshot:
    read = plain(facts.cached_facts(incident))
    # Nothing records who had an account then, and in which group.
    del read["abilities"]
    return Snapshot(
        now,
        read,
        plain(lanes_of(incident)),
        {name: html for name, html in render.panels(incident, now).items() if name != "bar"}
        if looks
        else {},
    )


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """Where two snapshots differ, in words: a whole one is too long to read."""
    if type(left) is not type(right):
        return [f"{path}: {left!r} is not {right!r}"]
    if isinstance(left, Snapshot):
        return differences(vars(left), vars(right), path)
    if isinstance(left, dict):
        names = sorted(left.keys() | right.keys())
        pairs = ((name, left.get(name), right.get(name)) for name in names)
        return [
            difference for name, a, b in pairs for difference in differences(a, b, f"{path}.{name}")
        ]
    if isinstance(left, list) and len(left) == len(right):
        pairs = ((str(n), a, b) for n, (a, b) in enumerate(zip(left, right, strict=True)))
        return [
            difference for name, a, b in pairs for difference in differences(a, b, f"{path}.{name}")
        ]
    return [] if left == right else [f"{path}: {left!r} is not {right!r}"]


def entries_until(incident_id: int, moment: datetime) -> int:
    return TimelineEntry.objects.filter(incident=incident_id, at__lte=moment).count()

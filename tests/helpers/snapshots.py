"""Snapshots of an incident in plain values, to compare what was with what is rebuilt."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from incidents.facts import incident as facts
from incidents.facts.as_of import incident_at
from incidents.models import Incident, Person, TimelineEntry
from incidents.push import render
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
        one.attname: getattr(row, one.attname)
        for one in row._meta.concrete_fields
        if one.attname not in deferred
    }
    read = {
        name: plain(other, above)
        for name, other in row._state.fields_cache.items()
        if name != "incident"
    }
    return columns | read


@dataclass(frozen=True)
class Remembered:
    """What an incident was, and looked like, at a moment."""

    at: datetime
    facts: dict[str, Any]
    lanes: list[Any]
    panels: dict[str, str]


def remember(incident_id: int, now: datetime, *, looks: bool = True) -> Remembered:
    """As it is ``now``; ``looks`` renders its panels too."""
    incident = Incident.objects.get(pk=incident_id)
    return _remembered(incident, now, looks)


def recall(incident_id: int, moment: datetime, *, looks: bool = True) -> Remembered:
    """The same, rebuilt later."""
    past = incident_at(Incident.objects.get(pk=incident_id), moment)
    return _remembered(past, moment, looks)


def _remembered(incident: Incident, now: datetime, looks: bool) -> Remembered:
    return Remembered(
        now,
        plain(facts.cached_facts(incident)),
        plain(lanes_of(incident)),
        {name: html for name, html in render.panels(incident, now).items() if name != "bar"}
        if looks
        else {},
    )


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two snapshots differ, in words: a whole one is too long to read."""
    if type(one) is not type(other):
        return [f"{path}: {one!r} is not {other!r}"]
    if isinstance(one, Remembered):
        return differences(vars(one), vars(other), path)
    if isinstance(one, dict):
        names = sorted(one.keys() | other.keys())
        pairs = ((name, one.get(name), other.get(name)) for name in names)
        return [told for name, a, b in pairs for told in differences(a, b, f"{path}.{name}")]
    if isinstance(one, list) and len(one) == len(other):
        pairs = ((str(n), a, b) for n, (a, b) in enumerate(zip(one, other, strict=True)))
        return [told for name, a, b in pairs for told in differences(a, b, f"{path}.{name}")]
    return [] if one == other else [f"{path}: {one!r} is not {other!r}"]


def entries_until(incident_id: int, moment: datetime) -> int:
    return TimelineEntry.objects.filter(incident=incident_id, at__lte=moment).count()

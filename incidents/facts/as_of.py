"""An incident as it was at a moment: the same facts that its room is made of, only earlier."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from incidents.facts import at_moment
from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Freeze, Incident, Person, Surface, TimelineEntry
from incidents.timeline import replay
from incidents.timeline.replay import SURFACES, Then

_COLUMNS = (
    "severity",
    "phase",
    "status",
    "restricted",
    "scenario",
    "evidence_channel",
    "last_known_good",
    "broad_rollback_reason",
)
"""The columns of an incident that actions change."""


def incident_at(incident: Incident, moment: datetime) -> Incident:
    """A copy that shows the incident as of ``moment``, with its facts; for reading only.

    Every panel rendered from it shows that moment. A fixed number of queries, however long the
    incident is.
    """
    past = _columns_of(incident)
    past._moment = moment  # type: ignore[attr-defined]
    then = _then(incident, moment)
    for name in _COLUMNS:
        setattr(past, name, then.columns.get(name, ""))
    _end_of_timeline(past, moment)
    past._standing = _rewound(past, then, moment)  # type: ignore[attr-defined]
    return past


def _columns_of(incident: Incident) -> Incident:
    """The same row again, without what was read of it before."""
    names = [one.attname for one in Incident._meta.concrete_fields]
    values = [getattr(incident, name) for name in names]
    return Incident.from_db(incident._state.db, names, values)


def _then(incident: Incident, moment: datetime) -> Then:
    entries = TimelineEntry.objects.filter(incident=incident, kind__in=replay.kinds())
    lines = entries.order_by("seq").values_list("kind", "subject", "at", "data")
    now: dict[str, Any] = {name: getattr(incident, name) for name in _COLUMNS}
    return replay.replay((replay.Line(*line) for line in lines), moment, now)


def _end_of_timeline(past: Incident, moment: datetime) -> None:
    entries = TimelineEntry.objects.filter(incident=past.pk, at__lte=moment).order_by("-seq")
    past.last_seq, past.last_hash = entries.values_list("seq", "hash").first() or (0, "")


def _rewound(past: Incident, then: Then, moment: datetime) -> IncidentFacts:
    now = incident_facts.standings([past], until=moment)[0]
    made = at_moment.decisions(now.decisions, moment)
    signed = tuple(one for one in now.signatures if one.signed_at <= moment)
    return replace(
        now,
        surfaces=_surfaces(then.columns.get(SURFACES, [s.pk for s in now.surfaces])),
        assignments=at_moment.assignments(now.assignments, moment),
        freezes=_kept(at_moment.freezes(now.freezes, moment), then),
        checkpoints=at_moment.checkpoints(now.checkpoints, moment),
        decisions=made,
        risks=_owned(at_moment.risks(now.risks, moment), then.owners),
        recommendations=at_moment.recommendations(now.recommendations, moment),
        sides=at_moment.sides(now.sides, moment),
        signatures=signed,
        hashes={d.pk: now.hashes[d.pk] for d in made if signed and d.pk in now.hashes},
        branches=_owned(at_moment.branches(now.branches, moment), then.owners),
        served=tuple(one for one in now.served if one.at <= moment),
    )


def _surfaces(named: list[int | str]) -> tuple[Surface, ...]:
    """By key, or by name where an old entry says no more."""
    names = [one for one in named if isinstance(one, str)]
    keys = [one for one in named if isinstance(one, int)]
    rows = Surface.objects.filter(pk__in=keys) | Surface.objects.filter(name__in=names)
    return tuple(rows.order_by("name"))


def _owned[T: Any](rows: tuple[T, ...], owners: Mapping[str, int | None]) -> tuple[T, ...]:
    """Whose each was then, where an entry tells."""
    changed = [row for row in rows if owners.get(row.reference, row.owner_id) != row.owner_id]
    people = Person.objects.in_bulk([owners[row.reference] for row in changed])
    for row in changed:
        row.owner = people.get(owners[row.reference])
    return rows


def _kept(rows: tuple[Freeze, ...], then: Then) -> tuple[Freeze, ...]:
    """A freeze can be kept again by another; the row has only the last one."""
    kept = {row.pk: _last_kept(row, then) for row in rows}
    people = Person.objects.in_bulk([one.owner for one in kept.values() if one])
    for row in rows:
        if (one := kept[row.pk]) is not None:
            row.kept_at, row.kept_by, row.kept_reason = one.at, people[one.owner], one.reason
    return rows


def _last_kept(row: Freeze, then: Then) -> replay.Kept | None:
    found = [
        one
        for one in then.kept.get(row.surface_id, ())
        if row.since <= one.at and (row.until is None or one.at <= row.until)
    ]
    return found[-1] if found else None

"""An incident as it was at a moment: the same facts that its room shows, only earlier."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from incidents.facts import at_moment
from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision, Freeze, Incident, Person, Surface, TimelineEntry
from incidents.timeline import replay
from incidents.timeline.replay import SURFACES, PastState

_COLUMNS = (
    "severity",
    "phase",
    "status",
    "restricted",
    "scenario",
    "evidence_channel",
    "last_known_good",
    "broad_rollback_reason",
    "keeps_dual",
    "keeps_first",
)
"""The columns of an incident that actions change."""


def incident_at(incident: Incident, moment: datetime) -> Incident:
    """A copy that shows the incident as of ``moment``, with its facts; for reading only.

    Every panel rendered from it shows that moment. A fixed number of queries, however long the
    incident is.
    """
    past = _fresh_copy(incident)
    past._moment = moment  # type: ignore[attr-defined]
    then = _replayed(incident, moment)
    for name in _COLUMNS:
        setattr(past, name, then.columns.get(name, ""))
    _end_of_timeline(past, moment)
    past._facts = _facts_at(past, then, moment)  # type: ignore[attr-defined]
    return past


def _fresh_copy(incident: Incident) -> Incident:
    """A fresh instance of the same row, without cached properties."""
    names = [field.attname for field in Incident._meta.concrete_fields]
    values = [getattr(incident, name) for name in names]
    return Incident.from_db(incident._state.db, names, values)


def _replayed(incident: Incident, moment: datetime) -> PastState:
    entries = TimelineEntry.objects.filter(incident=incident, kind__in=list(replay.KINDS))
    lines = entries.order_by("seq").values_list("kind", "subject", "at", "data")
    now: dict[str, Any] = {name: getattr(incident, name) for name in _COLUMNS}
    return replay.replay((replay.ReplayedEntry(*line) for line in lines), moment, now)


def _end_of_timeline(past: Incident, moment: datetime) -> None:
    entries = TimelineEntry.objects.filter(incident=past.pk, at__lte=moment).order_by("-seq")
    past.last_seq, past.last_hash = entries.values_list("seq", "hash").first() or (0, "")


def _facts_at(past: Incident, then: PastState, moment: datetime) -> IncidentFacts:
    now = incident_facts.read_all_facts([past], until=moment)[0]
    decisions = _with_people(at_moment.decisions(now.decisions, moment, then.owed))
    signatures = tuple(row for row in now.signatures if row.signed_at <= moment)
    signed = {row.decision_id for row in signatures}
    return replace(
        now,
        surfaces=_surfaces(then.columns.get(SURFACES, [s.pk for s in now.surfaces])),
        assignments=at_moment.assignments(now.assignments, moment),
        freezes=_with_holds(at_moment.freezes(now.freezes, moment), then),
        checkpoints=at_moment.checkpoints(now.checkpoints, moment),
        decisions=decisions,
        risks=_owned(at_moment.risks(now.risks, moment), then.owners),
        recommendations=at_moment.recommendations(now.recommendations, moment),
        sides=at_moment.sides(now.sides, moment),
        signatures=signatures,
        hashes={key: hashed for key, hashed in now.hashes.items() if key in signed},
        branches=_owned(at_moment.branches(now.branches, moment), then.owners),
        served=tuple(row for row in now.served if row.at <= moment),
    )


def _surfaces(surfaces: list[int | str]) -> tuple[Surface, ...]:
    """Look the surfaces up by key, or by name: old entries have only names."""
    names = [surface for surface in surfaces if isinstance(surface, str)]
    keys = [surface for surface in surfaces if isinstance(surface, int)]
    rows = Surface.objects.filter(pk__in=keys) | Surface.objects.filter(name__in=names)
    return tuple(rows.order_by("name"))


def _owned[T: Any](rows: tuple[T, ...], owners: Mapping[str, int | None]) -> tuple[T, ...]:
    """Set the owner that each row had then, where an entry says so."""
    changed = [row for row in rows if owners.get(row.reference, row.owner_id) != row.owner_id]
    people = Person.objects.in_bulk([owners[row.reference] for row in changed])
    for row in changed:
        row.owner = people.get(owners[row.reference])
    return rows


def _with_people(rows: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """Read who was commander and verifier of a record that was completed later."""
    missing = [
        (row, name)
        for row in rows
        for name in ("commander", "verifier")
        if name not in row._state.fields_cache
    ]
    people = Person.objects.in_bulk([getattr(row, f"{name}_id") for row, name in missing])
    for row, name in missing:
        setattr(row, name, people[getattr(row, f"{name}_id")])
    return rows


def _with_holds(rows: tuple[Freeze, ...], then: PastState) -> tuple[Freeze, ...]:
    """Set who kept each freeze then: the row has only the last one who did."""
    holds = {row.pk: _last_hold(row, then) for row in rows}
    people = Person.objects.in_bulk([hold.owner for hold in holds.values() if hold])
    for row in rows:
        if (hold := holds[row.pk]) is not None:
            row.kept_at, row.kept_by, row.kept_reason = hold.at, people[hold.owner], hold.reason
    return rows


def _last_hold(row: Freeze, then: PastState) -> replay.Hold | None:
    holds = [
        hold
        for hold in then.holds.get(row.surface_id, ())
        if row.since <= hold.at and (row.until is None or hold.at <= row.until)
    ]
    return holds[-1] if holds else None

"""Which tables and columns the record covers: derived from the models.

Every table of ours that leads to an incident by its foreign keys is covered, with every column,
unless ``NOT_COVERED`` says why not. A new model is covered by default; where its rows change
without an entry, ``tests/house/test_every_action_records.py`` finds it.
"""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import connection, models

from incidents.models import Incident

OURS = ("incidents", "lanes", "comms", "retros", "machines")

_CHAIN = "verified entry by entry: it is the chain of hashes itself"
_END = "compared with the last entry: it is the end of the chain"
_SITE = "of the whole site and of no incident; what an incident needs of it stands in its entries"
_ON_ITS_WAY = "only on its way: losing it loses nothing of the record"
_DRAFT = "a draft, which is nobody else's business until it is sent"

NOT_COVERED: dict[str, str] = {
    "incidents_timelineentry": _CHAIN,
    "incidents_rowseal": _CHAIN,
    "incidents_incident.last_seq": _END,
    "incidents_incident.last_hash": _END,
    "incidents_participation.seen_at": "when a person was in the room last, to the minute",
    "incidents_notice": _ON_ITS_WAY,
    "incidents_claim": _ON_ITS_WAY,
    "incidents_submission": _ON_ITS_WAY,
    "incidents_decisiondraft": _DRAFT,
    "incidents_person": _SITE,
    "incidents_person_groups": _SITE,
    "incidents_person_user_permissions": _SITE,
    "incidents_scenariotext": _SITE,
    "incidents_surface": _SITE,
    "incidents_surfaceoption": _SITE,
    "comms_anchorpost": _ON_ITS_WAY,
    "comms_announcement": _ON_ITS_WAY,
    "comms_delivery": _ON_ITS_WAY,
    "comms_messagedraft": _DRAFT,
    "comms_maintenance": _SITE,
    "comms_maintenance_surfaces": _SITE,
    "comms_maintenanceupdate": _SITE,
    "comms_noticechoice": _SITE,
    "comms_statussite": _SITE,
    "comms_subscriber": _SITE,
    "comms_subscriber_surfaces": _SITE,
    "retros_lookbackdraft": _DRAFT,
    "machines_token": "a key of a machine; who let an agent in, or put it out, is entered",
    "machines_submission": _ON_ITS_WAY,
    **{
        f"retros_package.{column}": "how far a worker is with building it"
        for column in ("asked_at", "step", "done", "tries", "lease_until")
    },
}
"""Tables (``incidents_notice``) and columns (``incidents_participation.seen_at``) that no digest
covers, each with the reason; ``docs/record.md`` names them too.

They stand here by name for all apps: what is left out should be read in one place.
"""

DIGEST_LENGTH = 24
"""Hex digits of a column's digest: 96 bits."""


@dataclass(frozen=True, slots=True)
class CoveredTable:
    """``columns`` without the key; ``joins`` and ``incident`` lead to the incident's number."""

    name: str
    key: str
    columns: tuple[str, ...]
    digests: str
    joins: str
    incident: str
    has_left_out: bool

    @property
    def own_incident(self) -> str:
        """The column of the row itself that names its incident, or ""."""
        return "" if self.joins else self.incident.removeprefix("t0.").strip('"')

    def select(self, where: str) -> str:
        """Rows of (key, incident, digests in the order of ``columns``)."""
        return (
            f'SELECT t0."{self.key}"::text, {self.incident}, {self.digests}'  # noqa: S608
            f' FROM "{self.name}" t0 {self.joins} WHERE {where}'
        )

    @property
    def of_keys(self) -> str:
        """With one parameter: the keys, as texts."""
        return self.select(f't0."{self.key}" = ANY(%s::bigint[])')

    @property
    def of_incident(self) -> str:
        """With one parameter: the incident's number."""
        return self.select(f"{self.incident} = %s")


@cache
def covered_tables() -> dict[str, CoveredTable]:
    """By name, in order."""
    found = (_covered(model) for model in models_of_record())
    return {table.name: table for table in sorted(found, key=lambda table: table.name)}


def models_of_record() -> list[type[models.Model]]:
    """Models whose rows hang on an incident and are not left out as a whole."""
    return [
        model
        for model in our_models()
        if model._meta.db_table not in NOT_COVERED and _path(model) is not None
    ]


def our_models() -> list[type[models.Model]]:
    """Every model of ours that has a table."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS and not model._meta.proxy
    ]


def _path(model: type[models.Model]) -> list[models.ForeignKey] | None:
    """The shortest way by foreign keys to the incident; None where there is none."""
    ways: list[tuple[type[models.Model], list[models.ForeignKey]]] = [(model, [])]
    seen = {model}
    for owner, way in ways:
        if owner is Incident:
            return way
        for field in owner._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                other = field.remote_field.model
                if other not in seen and other._meta.app_label in OURS:
                    seen.add(other)
                    ways.append((other, [*way, field]))
    return None


def _ways(model: type[models.Model]) -> list[list[models.ForeignKey]]:
    """The shortest way; where a row may leave it out, also those that it takes instead."""
    shortest = _path(model) or []
    if not shortest or not shortest[0].null:
        return [shortest]
    keys = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    ways = [(field, _path(field.remote_field.model)) for field in keys if field.null]
    return [[field, *way] for field, way in ways if way is not None]


def _covered(model: type[models.Model]) -> CoveredTable:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    kept = [field for field in fields if f"{meta.db_table}.{field.column}" not in NOT_COVERED]
    joins, incident = _joins(_ways(model))
    return CoveredTable(
        name=meta.db_table,
        key=str(meta.pk.column),
        columns=tuple(str(field.column) for field in kept),
        digests=f"ARRAY[{', '.join(map(_digest, kept))}]::text[]",
        joins=joins,
        incident=incident or f't0."{meta.pk.column}"',
        has_left_out=len(kept) < len(fields),
    )


def _joins(ways: list[list[models.ForeignKey]]) -> tuple[str, str]:
    """SQL that leads along each way, except its last step, which is a column already."""
    joins, incidents, number = "", [], 0
    for way in ways:
        before = 0
        for field in way[:-1]:
            number += 1
            other = field.remote_field.model._meta
            joins += (
                f' LEFT JOIN "{other.db_table}" t{number}'
                f' ON t{number}."{other.pk.column}" = t{before}."{field.column}"'
            )
            before = number
        incidents += [f't{before}."{way[-1].column}"'] if way else []
    first, *others = incidents or [""]
    return joins.strip(), f"coalesce({first}, {', '.join(others)})" if others else first


def _digest(field: models.Field) -> str:
    """SQL of a column's digest: SHA-256 over its canonical text, null for null.

    Times are written in UTC with microseconds whatever the session's zone and style; bytes are
    hashed as they are. This is version 1 of the encoding (``sealing.VERSION``).
    """
    column, kind = f't0."{field.column}"', str(field.db_type(connection))
    if kind == "bytea":
        content = column
    elif kind == "timestamp with time zone":
        text = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        content = f"convert_to({text}, 'UTF8')"
    else:
        content = f"convert_to({column}::text, 'UTF8')"
    return f"left(encode(sha256({content}), 'hex'), {DIGEST_LENGTH})"

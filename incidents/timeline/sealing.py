"""Seals the rows that a transaction made or changed, with its last entry.

Triggers note which rows those were (``row_triggers``), so it does not matter whether a row was
written before or after its entry, by the ORM or by SQL. A transaction that changed none, such as a
note, costs one query more.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from psycopg.types.json import Jsonb

from incidents.models import RowSeal, TimelineEntry
from incidents.timeline import keys
from incidents.timeline.chain import seal_rows
from incidents.timeline.coverage import CoveredTable, covered_tables
from incidents.timeline.row_triggers import NOTED
from kernel import prepared

type Digests = dict[str, str | None]
type Rows = dict[str, dict[str, Digests | None]]
"""Table → key → digests by column; None in place of the digests of a row that is gone."""

type End = tuple[int, str]
"""Number and hash of an incident's last entry."""

_OPEN = "_timelines_to_seal"


@contextmanager
def sealed_timelines() -> Iterator[None]:
    """Seal every incident that is written to, once, before the transaction around this commits.

    Nothing is sealed when the block raises: the transaction is undone.
    """
    outer = getattr(connection, _OPEN, None)
    ends: dict[int, End] = {}
    setattr(connection, _OPEN, ends)
    try:
        yield
        _seal_all(ends)
    finally:
        setattr(connection, _OPEN, outer)


def seal_later(incident_id: int, end: End) -> None:
    """Of an incident that has just got an entry: seal it at the end, or now if there is no end."""
    ends: dict[int, End] | None = getattr(connection, _OPEN, None)
    if ends is None:
        _seal_all({incident_id: end})
    else:
        ends[incident_id] = end


def _seal_all(ends: Mapping[int, End]) -> None:
    if not ends:
        return
    [(noted,)] = prepared.rows(_READ_NOTED, [])
    changed: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for line in (noted or "").splitlines():
        table, key, incident = line.split(" ")
        changed[table].add((key, incident))
    if changed:
        for incident_id, end in ends.items():
            _seal(incident_id, end, changed)


def _seal(incident_id: int, end: End, changed: dict[str, set[tuple[str, str]]]) -> None:
    rows = digests(incident_id, changed)
    last = RowSeal.objects.filter(incident=incident_id).values_list("number", "hash").last()
    if last is None and _is_from_before(incident_id):
        # What is there from before had no digest: from now on it has the one of today.
        rows = merged(rows, all_digests(incident_id))
    if not rows:
        return
    number, previous = last or (0, "")
    number += 1
    seq, entry_hash = end
    sealed = seal_rows(incident_id, number, seq, entry_hash, rows, previous)
    left = "".join(f"{table} {key} {of}\n" for table, noted in changed.items() for key, of in noted)
    mac, key_id = keys.mac(f"rows:{sealed}"), keys.key_id()
    values = [incident_id, number, seq, Jsonb(rows), previous, sealed, mac, key_id]
    prepared.rows(_INSERT, [*values, left])


def _is_from_before(incident_id: int) -> bool:
    return TimelineEntry.objects.filter(incident=incident_id, mac="").exists()


def digests(incident_id: int, changed: Mapping[str, set[tuple[str, str]]]) -> Rows:
    """Of those noted rows that belong to the incident; they are taken out of ``changed``."""
    rows: Rows = {}
    for name, noted in changed.items():
        table = covered_tables()[name]
        asked = {key for key, of in noted if not of or int(of) == incident_id}
        if not asked:
            continue
        ours: dict[str, Digests | None] = {}
        others = set()
        for key, of_incident, values in prepared.rows(table.of_keys, [list(asked)]):
            if of_incident == incident_id:
                ours[key] = _by_column(table, values)
            else:
                others.add(key)
        ours |= {key: None for key in asked - ours.keys() - others}
        noted.difference_update([(key, of) for key, of in noted if key in ours])
        if ours:
            rows[name] = ours
    return rows


def all_digests(incident_id: int) -> Rows:
    """Of every row of the incident."""
    found: Rows = {}
    for table in covered_tables().values():
        if of_table := dict(digests_of(table, incident_id)):
            found[table.name] = {**of_table}
    return found


def digests_of(table: CoveredTable, incident_id: int) -> Iterator[tuple[str, Digests]]:
    """Of the rows of one table, by key."""
    with connection.cursor() as cursor:
        cursor.execute(table.of_incident, [incident_id])
        for key, _, values in cursor.fetchall():
            yield key, _by_column(table, values)


def merged(first: Rows, second: Rows) -> Rows:
    """Both; of a row that is in both the digests are the same."""
    return {
        table: {**second.get(table, {}), **first.get(table, {})} for table in {**second, **first}
    }


def _by_column(table: CoveredTable, values: list[str | None]) -> Digests:
    return dict(zip(table.columns, values, strict=True))


_READ_NOTED = f"SELECT current_setting('{NOTED}', true)"
_INSERT = f"""
    INSERT INTO incidents_rowseal
        (incident_id, number, seq, rows, previous_hash, hash, mac, key_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    RETURNING set_config('{NOTED}', %s, true)
"""  # noqa: S608

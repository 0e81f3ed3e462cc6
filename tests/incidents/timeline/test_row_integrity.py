"""A change behind the triggers is noticed, in every column of every table of an incident."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from comms.models import Update
from incidents.actions import evidence, lifecycle, roles
from incidents.locking import lock
from incidents.models import Incident, Person, RowSeal, TimelineEntry
from incidents.models.author import Authored
from incidents.rules.evidence import Capture
from incidents.timeline import keys
from incidents.timeline.coverage import NOT_COVERED, CoveredTable, covered_tables, our_models
from incidents.timeline.record import record
from incidents.timeline.row_integrity import (
    entries_without_digest,
    key_problems,
    row_problems,
    seal_problems,
)
from incidents.timeline.sealing import sealed_timelines
from incidents.timeline.verify import verify
from incidents.vocabulary import EvidenceKind
from lanes.actions import notes
from lanes.models import Unknown
from tests.helpers.backfilled import backfilled_incident
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.helpers.recommendations import Owners
from tests.house.test_every_action_records import CASES, Scene

DOCS = Path(__file__).parents[3] / "docs" / "record.md"
LATER = START + timedelta(minutes=5)

FILLING = (
    "incidents.lifecycle.set_surfaces",
    "incidents.freezes.keep_freeze",
    "incidents.branches.end_branch",
    "incidents.signatures.sign",
    "incidents.execution.judge",
    "incidents.course.keep_course",
    "incidents.replacements.replace_holder",
    "incidents.together.state_together",
    "incidents.scenarios.serve",
    "incidents.voiding.duplicate",
    "lanes.boundary.set_boundary",
    "lanes.patterns.observe",
    "lanes.handoff.accept",
    "lanes.unknowns.resolve_unknown",
    "lanes.hypotheses.decide_hypothesis",
    "comms.updates.publish_update",
    "comms.escalations.publish_escalation",
    "comms.leadership.publish_leadership_note",
    "comms.lapses.explain_lapse",
    "retros.backlog.finish",
    "retros.watch.check_in",
    "retros.review.add_thought",
    "retros.package.revise",
)
"""Actions that leave rows in every table; the others follow only while a table is still empty."""

SPARED = {"incidents.command_absence.announce_absence"}
"""It needs a commander who left, and the others need theirs."""


@contextmanager
def _unguarded() -> Iterator[None]:
    """Without triggers, foreign keys and constraints; undone at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def _changed(name: str, kind: str, limit: int | None) -> str:
    """SQL of another value of a column's type."""
    column = f'"{name}"'
    if kind == "boolean":
        return f"NOT coalesce({column}, false)"
    if kind == "timestamp with time zone":
        return f"coalesce({column}, now()) + interval '1 microsecond'"
    if kind == "date":
        return f"coalesce({column}, current_date) + 1"
    if kind == "bytea":
        return f"coalesce({column}, '') || '\\x00'::bytea"
    if kind in {"jsonb", "uuid"}:
        return "'{\"changed\": 1}'::jsonb" if kind == "jsonb" else "gen_random_uuid()"
    if kind in {"integer", "bigint", "smallint"}:
        return f"coalesce({column}, 0) + {1 if kind == 'smallint' else 1_000_000}"
    assert kind in {"text", "character varying"}, kind
    changed = f"overlay(coalesce({column}, '') placing '~' from 1)"
    return f"left({changed}, {limit})" if limit else changed


def _types(table: str) -> dict[str, tuple[str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type, character_maximum_length"
            " FROM information_schema.columns WHERE table_name = %s",
            [table],
        )
        return {name: (kind, limit) for name, kind, limit in cursor.fetchall()}


def _drop_checks() -> None:
    """Of every table of ours: a value of any kind may be put in for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid <> 0"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def _row(table: CoveredTable) -> tuple[str, int] | None:
    """The newest row and its incident."""
    with connection.cursor() as cursor:
        cursor.execute(table.select("true") + " ORDER BY 1 DESC LIMIT 1")
        found = cursor.fetchone()
    return (found[0], found[1]) if found else None


@pytest.fixture
def filled(opposed: Owners, commander: Person, stranger: Person) -> None:
    """Rows in every table, of an incident for each action; so this file takes some seconds."""
    for name in FILLING:
        CASES[name](Scene(declared(commander), commander, stranger))
    backfilled_incident(commander)
    by, number = commander.as_actor(), opposed.incident.pk
    file = Capture(EvidenceKind.FILE, file=b"\x00\x01", file_name="core")
    item = evidence.capture(by, number, file, now=LATER)
    # What takes a long story to come about: written beside an entry, as an action would.
    with transaction.atomic(), sealed_timelines():
        incident = lock(number)
        incident.contradictions.get().evidence.add(item)
        unknown = Unknown.objects.create(
            incident=incident, number=1, text="Since?", raised_at=LATER, **Authored.columns(by)
        )
        unknown.evidence.add(item)
        record(incident, "note.added", by, LATER, text="What it takes")
    for update in Update.objects.all():
        with transaction.atomic(), sealed_timelines():
            update.surface_states.create(surface=SurfaceFactory(), state="operational")
            record(lock(update.incident_id), "note.added", by, LATER, text="A surface")
    for name in sorted(CASES.keys() - {*FILLING} - SPARED):
        if all(map(_row, covered_tables().values())):
            break
        CASES[name](Scene(declared(commander), commander, stranger))


def test_every_column_of_every_table_is_noticed(filled: None) -> None:
    _drop_checks()
    unnoticed, empty = [], set()
    for table in covered_tables().values():
        row = _row(table)
        if row is None:
            empty.add(table.name)
            continue
        key, number = row
        incident = Incident.objects.get(pk=number)
        assert list(row_problems(incident, [table.name])) == [], table.name
        for column, (kind, limit) in _types(table.name).items():
            if f"{table.name}.{column}" in NOT_COVERED:
                continue
            with _unguarded(), connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE "{table.name}" SET "{column}" = {_changed(column, kind, limit)}'
                    f' WHERE "{table.key}" = %s',
                    [key],
                )
                named = " ".join(row_problems(incident, [table.name]))
                if f"row {key} of {table.name}" not in named:
                    unnoticed.append(f"{table.name}.{column}")
        with _unguarded(), connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table.name}" WHERE "{table.key}" = %s', [key])
            if "is missing" not in " ".join(row_problems(incident, [table.name])):
                unnoticed.append(table.name)

    assert unnoticed == []
    assert empty == set(), "fill a row of each, so that its columns are tried"


def test_what_differs_is_named(incident: Incident) -> None:
    with _unguarded():
        Incident.objects.filter(pk=incident.pk).update(title="Nothing happened")

        assert list(row_problems(incident)) == [
            f"title in row {incident.pk} of incidents_incident was changed after entry #2"
        ]


def test_a_change_by_an_action_is_none(incident: Incident, commander: Person) -> None:
    by = commander.as_actor()
    lifecycle.change_severity(by, incident.pk, severity="2", reason="One region", now=LATER)

    assert list(row_problems(incident)) == []
    incident.refresh_from_db()
    with _unguarded():
        Incident.objects.filter(pk=incident.pk).update(severity="1")
        [sentence] = row_problems(incident)

    assert sentence.endswith("of incidents_incident was changed after entry #3")


def test_what_an_entry_deleted_must_stay_away(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    by = commander.as_actor()
    roles.add_participant(by, incident.pk, person=stranger, now=LATER)
    row = incident.participations.get(person=stranger)
    roles.remove_participant(by, incident.pk, person=stranger, now=LATER)
    assert list(row_problems(incident)) == []

    with _unguarded():
        row.save(force_insert=True)
        problems = list(row_problems(incident))

    assert problems == [
        f"row {row.pk} of incidents_participation is there again, which entry #4 deleted"
    ]


def test_a_row_without_an_entry_is_noticed(incident: Incident, stranger: Person) -> None:
    with _unguarded():
        row = incident.participations.create(person=stranger, since=LATER)

        assert list(row_problems(incident)) == [
            f"row {row.pk} of incidents_participation was written without an entry"
        ]


@pytest.mark.parametrize("model", [TimelineEntry, RowSeal])
def test_every_column_of_the_chain_itself_is_noticed(
    incident: Incident, model: type[TimelineEntry] | type[RowSeal]
) -> None:
    _drop_checks()
    table = model._meta.db_table
    unnoticed = []
    row = model.objects.filter(incident=incident).earliest("pk")
    for column, (kind, limit) in _types(table).items():
        with _unguarded(), connection.cursor() as cursor:
            changed = _changed(column, kind, limit)
            cursor.execute(f'UPDATE {table} SET "{column}" = {changed} WHERE id = %s', [row.pk])
            found = [*key_problems(incident), *seal_problems(incident), *row_problems(incident)]
            if not (found or verify(incident)):
                unnoticed.append(column)

    assert unnoticed == ["id"], "and docs/record.md says why"


def test_a_chain_that_was_computed_anew_has_no_key(incident: Incident) -> None:
    """Whoever knows how hashes are made, and not the key."""
    with _unguarded():
        TimelineEntry.objects.filter(incident=incident, seq=2).update(mac="0" * 64)

        assert list(key_problems(incident)) == [
            "entry #2 was not written with the key of this installation"
        ]
    with _unguarded():
        TimelineEntry.objects.filter(incident=incident, seq=2).update(mac="", key_id="")

        assert list(key_problems(incident)) == ["entry #2 has no key, unlike entries before it"]


def test_a_key_can_be_changed(incident: Incident, commander: Person, settings) -> None:
    old = keys.key_id()
    settings.RECORD_KEY = "a key of its own, which is long enough"
    notes.add_note(commander.as_actor(), incident.pk, text="Seen in eu-west", now=LATER)

    used = set(TimelineEntry.objects.filter(incident=incident).values_list("key_id", flat=True))
    assert used == {old, keys.key_id()}
    assert list(key_problems(incident)) == []

    settings.RECORD_KEY, settings.SECRET_KEY = "", "another one, and the older are not named"
    assert list(key_problems(incident)) == [
        f"entry #1 was written with the key {old}, which this installation does not have"
    ]


def test_removing_all_digests_is_noticed(incident: Incident) -> None:
    with _unguarded():
        RowSeal.objects.filter(incident=incident)._raw_delete("default")

        assert list(row_problems(incident)) == ["the digests of its rows are missing"]


@pytest.mark.django_db(transaction=True)
def test_a_record_from_before_holds_as_before(incident: Incident, commander: Person) -> None:
    """Back to the schema without digests and forward again: that takes some seconds."""
    migrations = MigrationLoader(connection).disk_migrations
    [own] = [key for key in migrations if key[1].endswith("_row_digests")]
    [(_, before)] = migrations[own].dependencies
    call_command("migrate", "incidents", before, verbosity=0)
    call_command("migrate", "incidents", verbosity=0)
    incident.refresh_from_db()
    assert entries_without_digest(incident) == 2
    assert not verify(incident)
    assert [*key_problems(incident), *seal_problems(incident), *row_problems(incident)] == []

    # From its next change on, what is there from before is covered too.
    surface = SurfaceFactory(name="Ledger")
    lifecycle.set_surfaces(commander.as_actor(), incident.pk, surfaces=(surface,), now=LATER)
    assert [*key_problems(incident), *seal_problems(incident), *row_problems(incident)] == []
    with _unguarded():
        Incident.objects.filter(pk=incident.pk).update(title="Nothing happened")
        [sentence] = row_problems(incident)

    assert sentence.startswith(f"title in row {incident.pk} of incidents_incident was changed")
    assert entries_without_digest(incident) == 2


def test_every_table_is_covered_or_named_with_a_reason() -> None:
    tables = {model._meta.db_table for model in our_models()}
    unnamed = tables - covered_tables().keys() - NOT_COVERED.keys()

    assert unnamed == set(), (
        "These tables lead to no incident by their foreign keys, so that no digest covers them. "
        "Give them one, or name them with a reason in NOT_COVERED of incidents/timeline/coverage.py"
        " and in docs/record.md."
    )


def test_what_is_left_out_exists_and_is_in_the_docs() -> None:
    columns = {
        name
        for model in our_models()
        for table in [model._meta.db_table]
        for name in (table, *(f"{table}.{field.column}" for field in model._meta.concrete_fields))
    }
    text = DOCS.read_text()

    assert NOT_COVERED.keys() - columns == set()
    assert [name for name in NOT_COVERED if f"`{name}`" not in text] == []
    # And the other way round: the page names nothing that is covered.
    named = set(re.findall(r"`((?:incidents|lanes|comms|retros)_[a-z_.]+)`", text))
    assert named - NOT_COVERED.keys() == {"incidents_timelineentry.id", "incidents_rowseal.id"}

"""A record with a row in every table, and another value for each of its columns."""

from datetime import timedelta

from django.db import connection, transaction

from comms.models import Update
from incidents.actions import evidence
from incidents.locking import lock
from incidents.models import Person
from incidents.models.author import Authored
from incidents.rules.evidence import Capture
from incidents.timeline.coverage import CoveredTable, covered_tables
from incidents.timeline.record import record
from incidents.timeline.sealing import sealed_timelines
from incidents.vocabulary import EvidenceKind
from lanes.models import Unknown
from tests.helpers.backfilled import backfilled_incident
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.helpers.recommendations import Owners
from tests.house.test_every_action_records import CASES, Scene

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


def changed_value(name: str, kind: str, limit: int | None) -> str:
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


def column_types(table: str) -> dict[str, tuple[str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type, character_maximum_length"
            " FROM information_schema.columns WHERE table_name = %s",
            [table],
        )
        return {name: (kind, limit) for name, kind, limit in cursor.fetchall()}


def newest_row(table: CoveredTable) -> tuple[str, int] | None:
    """The newest row and its incident."""
    with connection.cursor() as cursor:
        cursor.execute(table.select("true") + " ORDER BY 1 DESC LIMIT 1")
        found = cursor.fetchone()
    return (found[0], found[1]) if found else None


def fill(opposed: Owners, commander: Person, stranger: Person) -> None:
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
        if all(map(newest_row, covered_tables().values())):
            break
        CASES[name](Scene(declared(commander), commander, stranger))


def drop_constraints(kinds: str = "c") -> None:
    """For the rest of the transaction, so that a value of any kind may be put in.

    Of every table: checks (``c``), foreign keys (``f``), unique constraints (``u``).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = ANY(%s) AND connamespace = current_schema()::regnamespace"
            " AND conrelid <> 0 ORDER BY contype = 'u'",
            [list(kinds)],
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')

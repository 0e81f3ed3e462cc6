"""The application's role cannot alter the record by plain SQL, with every trigger on."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from comms.actions import maintenance
from comms.models import Maintenance
from incidents.actions import lifecycle
from incidents.locking import lock
from incidents.models import Execution, Incident, Participation, Person, RowSeal, TimelineEntry
from incidents.timeline.coverage import NOT_COVERED, covered_tables, our_models
from incidents.timeline.record import record
from incidents.timeline.row_checks import ALSO_REFUSED, LIFTED
from incidents.timeline.sealing import sealed_timelines
from incidents.vocabulary import Option
from tests.helpers.database import as_application, as_application_for_good
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, SurfaceFactory
from tests.helpers.filled_record import changed_value, column_types, drop_constraints

DOCS = Path(__file__).parents[3] / "docs" / "record.md"
LATER = START + timedelta(minutes=5)
NO_RIGHT = "42501"
REFUSED = {"23000", "P0001"}
"""SQLSTATE of our triggers; that of a foreign key or a check is another."""


@contextmanager
def _committing() -> Iterator[None]:
    """What the application's role does and commits, as far as the checks go; then undone."""
    with transaction.atomic():
        with as_application():
            yield
        transaction.set_rollback(True)


def _refused(change: Callable[[], object]) -> str:
    """The code with which PostgreSQL refuses it at the latest at the commit, or ""."""
    try:
        with _committing():
            change()
    except DatabaseError as error:
        return str(error.__cause__.sqlstate)
    return ""


def _refusal(statement: str, params: list | None = None) -> str:
    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)

    return _refused(change)


@pytest.fixture
def planned(admin: Person) -> Maintenance:
    window = maintenance.MaintenanceInput(
        title="New switches",
        text="Some pages are slow",
        audience="public",
        surfaces=[SurfaceFactory(name="Ledger", on_status_page=True)],
        starts_at=LATER + timedelta(days=1),
        ends_at=LATER + timedelta(days=2),
    )
    return maintenance.plan(admin.as_actor(), window, now=LATER)


OF_WINDOWS = {name for name in ALSO_REFUSED if name.startswith("comms_")}


KEYS = {model._meta.db_table: model._meta.pk.column for model in our_models()}


class Walk:
    """What happened to each column of some tables, and to their rows."""

    def __init__(self, tables: Iterable[str]) -> None:
        self.altered: set[str] = set()
        self.unclear: dict[str, str] = {}
        """Refused for another reason: nobody knows whether a trigger would."""
        self.empty: set[str] = set()
        with transaction.atomic():
            drop_constraints("cfu")
            for table in sorted(tables):
                self._try(table)
            transaction.set_rollback(True)

    def _try(self, table: str) -> None:
        key = KEYS[table]
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT max("{key}") FROM "{table}"')
            [(number,)] = cursor.fetchall()
        if number is None:
            self.empty.add(table)
        tried = {
            f"{table}.{column}": f'UPDATE "{table}" SET "{column}" = '
            f"{changed_value(column, kind, limit)} WHERE {key} = {number}"
            for column, (kind, limit) in column_types(table).items()
        }
        tried[f"a row of {table}"] = f'DELETE FROM "{table}" WHERE {key} = {number}'
        for name, statement in tried.items():
            code = _refusal(statement)
            if not code:
                self.altered.add(name)
            elif code not in REFUSED:
                self.unclear[name] = code
        if _refusal(f'TRUNCATE "{table}" CASCADE') != NO_RIGHT:
            self.altered.add(table)


def test_no_column_of_the_record_can_be_altered(filled: None) -> None:
    walk = Walk(KEYS.keys() - (NOT_COVERED.keys() - ALSO_REFUSED) - OF_WINDOWS)

    assert walk.empty == set(), "fill a row of each, so that its columns are tried"
    assert walk.unclear == {}
    assert walk.altered == {name for name in NOT_COVERED.keys() - ALSO_REFUSED if "." in name}


@pytest.mark.django_db(transaction=True)
def test_no_column_of_a_window_can_be_altered(planned: Maintenance) -> None:
    """Its note was committed before: it is no leave for another transaction."""
    walk = Walk(OF_WINDOWS)

    assert (walk.empty, walk.unclear, walk.altered) == (set(), {}, set())


def test_what_can_be_altered_is_in_the_docs() -> None:
    """Each row of the table names tables or columns, a reason, and whether SQL may alter them."""
    rows = re.findall(r"^\| (`.*`) \| .* \| (refused|open) \|$", DOCS.read_text(), re.MULTILINE)
    said: dict[str, str] = {
        name: answer for names, answer in rows for name in re.findall(r"`([a-z_.]+)`", names)
    }
    of_their_row = {"incidents_timelineentry.id": "refused", "incidents_rowseal.id": "refused"}

    assert said == of_their_row | {
        name: "refused" if name in ALSO_REFUSED else "open" for name in NOT_COVERED
    }


@pytest.fixture
def started(incident: Incident, commander: Person, lane_owners) -> Execution:
    run = DecisionRun(incident, commander, lane_owners)
    run.decide(Option.FLAG)
    return run.start().execution


def test_nobody_calls_an_execution_verified_by_sql(started: Execution) -> None:
    done = "state = 'done', done_at = now()"
    verified = (
        "state = 'verified', done_at = now(), judged_at = now(),"
        " run_id = (SELECT max(id) FROM incidents_evidence)"
    )
    for change in (done, verified):
        statement = f"UPDATE incidents_execution SET {change} WHERE decision_id = %s"
        assert _refusal(statement, [started.pk]) == "23000"
    started.refresh_from_db()
    assert started.state == "started"


def test_a_row_without_an_entry_is_refused(incident: Incident, stranger: Person) -> None:
    statement = (
        "INSERT INTO incidents_participation (incident_id, person_id, since) VALUES (%s, %s, now())"
    )
    assert _refusal(statement, [incident.pk, stranger.pk]) == "23000"


def test_an_entry_of_another_row_is_no_leave(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    """Beside an action, in its transaction, a row is changed that it does not know of."""

    def beside() -> None:
        with sealed_timelines():
            record(lock(incident.pk), "note.added", commander.as_actor(), LATER, text="Seen")
        Participation.objects.create(incident=incident, person=stranger, since=LATER)

    assert _refused(beside) == "23000"


def test_the_end_of_a_timeline_moves_only_with_an_entry(incident: Incident) -> None:
    for change in ("last_seq = last_seq - 1", "last_seq = last_seq + 1", "last_hash = 'f'"):
        statement = f"UPDATE incidents_incident SET {change} WHERE id = %s"
        assert _refusal(statement, [incident.pk]) == "23000", change


@pytest.mark.parametrize("behind", [0, 1])
def test_an_entry_must_be_the_end(incident: Incident, behind: int) -> None:
    last = TimelineEntry.objects.get(incident=incident, seq=incident.last_seq)
    last.pk, last.seq = None, last.seq + 1
    last.previous_hash = incident.last_hash if behind == 0 else "f" * 64

    def append() -> None:
        last.save(force_insert=True)
        if behind:
            rows = Incident.objects.filter(pk=incident.pk)
            rows.update(last_seq=last.seq, last_hash=last.hash)

    assert _refused(append) == "23000"


def test_digests_need_an_entry_of_their_own(incident: Incident) -> None:
    last = RowSeal.objects.filter(incident=incident).latest("number")
    last.pk, last.number, last.previous_hash = None, last.number + 1, last.hash
    assert _refused(partial(last.save, force_insert=True)) == "23000"


def test_a_window_changes_with_a_note(planned: Maintenance, admin: Person) -> None:
    now = LATER + timedelta(minutes=1)
    with as_application():
        maintenance.cancel(admin.as_actor(), planned.pk, text="Not needed", now=now)

    planned.refresh_from_db()
    assert planned.cancelled_at == now


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE incidents_execution DISABLE TRIGGER ALL",
        "ALTER TABLE incidents_execution DISABLE TRIGGER record_holds_incidents_execution",
        "DROP TRIGGER record_holds_incidents_execution ON incidents_execution",
        "DROP TABLE incidents_rowseal CASCADE",
        "SET session_replication_role = replica",
        "CREATE TABLE incidents_other (id int)",
        "CREATE TEMPORARY TABLE incidents_rowseal (id int)",
        "CREATE SCHEMA other",
        "CREATE OR REPLACE FUNCTION record_is_checked() RETURNS boolean AS 'SELECT false'"
        " LANGUAGE sql",
        "ALTER FUNCTION record_is_checked() RENAME TO other",
        "CREATE TRIGGER other BEFORE UPDATE ON incidents_execution FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE RULE other AS ON INSERT TO incidents_rowseal DO INSTEAD NOTHING",
        "TRUNCATE incidents_participation",
        "UPDATE django_migrations SET name = name",
        "SELECT setval('incidents_incident_id_seq', 1)",
    ],
)
def test_the_roles_rights_end_there(statement: str, incident: Incident) -> None:
    assert _refusal(statement) == NO_RIGHT


def test_nobody_but_an_owner_lifts_the_checks(incident: Incident) -> None:
    change = f"UPDATE incidents_incident SET title = 'Other' WHERE id = {incident.pk}"
    assert _refusal(f"SET LOCAL {LIFTED} = on; {change}") == "23000"
    assert _refusal(f"SET CONSTRAINTS ALL IMMEDIATE; {change}") == "23000"
    assert _refusal(f"SELECT set_config('warroom.changed_rows', '', true); {change}") == "23000"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incidents_incident SET title = 'Other'",
        "DELETE FROM incidents_participation",
        "TRUNCATE incidents_participation",
    ],
)
def test_the_checks_bind_an_owner_who_does_not_lift_them(
    incident: Incident, statement: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with events to come stays
    assert _refusal(f"RESET ROLE; SET LOCAL {LIFTED} = off; {statement}") in REFUSED


def test_every_covered_table_has_its_check(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'record_holds%%'"
            " AND tgenabled = 'O'"
        )
        checked = {name for (name,) in cursor.fetchall()}

    assert checked >= covered_tables().keys() | {"incidents_timelineentry", "incidents_rowseal"}


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_refused(incident: Incident) -> None:
    """What the others ask at the end of a block, asked by a real commit."""
    rows = Incident.objects.filter(pk=incident.pk)
    with as_application_for_good(), pytest.raises(DatabaseError, match="without an entry"):
        rows.update(title="Nothing happened")

    incident.refresh_from_db()
    assert incident.title != "Nothing happened"


@pytest.mark.django_db(transaction=True)
def test_a_record_from_before_is_checked_from_now_on(incident: Incident, commander: Person) -> None:
    """Back to the schema without checks and forward again: that takes some seconds."""
    migrations = MigrationLoader(connection).disk_migrations
    [own] = [key for key in migrations if key[1].endswith("_rows_checked")]
    [(_, before)] = migrations[own].dependencies
    call_command("migrate", "incidents", before, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgname LIKE 'record_holds%' OR tgname = 'record_no_truncate'"
        )
        dropped = cursor.fetchall()
        for table, name in dropped:
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
    title = f"UPDATE incidents_incident SET title = 'Other' WHERE id = {incident.pk}"
    assert _refusal(title) == ""

    call_command("migrate", verbosity=0)  # all: what hangs on that migration went back with it

    assert len(dropped) > len(covered_tables())
    assert _refusal(title) == "23000"
    with as_application_for_good():
        lifecycle.set_channel(commander.as_actor(), incident.pk, channel="#inc", now=LATER)
    incident.refresh_from_db()
    assert incident.evidence_channel == "#inc"

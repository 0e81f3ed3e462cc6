"""At the end of a transaction the database compares the rows that it changed with the record.

A row of a covered table must be as the newest digest of its incident says, and one that is gone
must be recorded as gone: so plain SQL can change a row only together with an entry and the digests
that belong to it. An entry must be the end of its incident's timeline, and digests must belong to
that end. The functions are made from the models after every migration (``post_migrate``), as what
notes the rows is (``row_triggers``).

They bind every role. Who owns the tables can lift them for a connection (``LIFTED``), as a
migration does whose business is to change rows; nobody else can.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

from incidents.timeline.coverage import CoveredTable, covered_tables

LIFTED = "warroom.record_unchecked"
"""A setting of the connection; ``on`` counts for who owns the tables, and for nobody else."""

ALSO_REFUSED = frozenset(
    {
        "incidents_timelineentry",
        "incidents_rowseal",
        "incidents_incident.last_seq",
        "incidents_incident.last_hash",
        "comms_maintenance",
        "comms_maintenance_surfaces",
        "comms_maintenanceupdate",
    }
)
"""What has no digest (``coverage.NOT_COVERED``) and cannot be altered by plain SQL all the same."""

_PREFIX = "record_holds"
_NO_TRUNCATE = "record_no_truncate"
_INCIDENTS, _ENTRIES, _SEALS = (
    "incidents_incident",
    "incidents_timelineentry",
    "incidents_rowseal",
)

WITH_A_NOTE = {
    "comms_maintenance": ("id", "comms_maintenanceupdate", "maintenance_id"),
    "comms_maintenance_surfaces": ("maintenance_id", "comms_maintenanceupdate", "maintenance_id"),
}
"""Tables of no incident whose rows change only in a transaction that publishes a note of it: the
column that names the thing, the table of notes, which is append-only, and its column."""

_SHARED = """
CREATE OR REPLACE FUNCTION record_is_checked() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF current_setting('{lifted}', true) IS DISTINCT FROM 'on' THEN RETURN true; END IF;
    RETURN NOT (
        SELECT pg_catalog.pg_has_role(current_user, relowner, 'MEMBER')
        FROM pg_catalog.pg_class WHERE oid = '"{schema}".{entries}'::pg_catalog.regclass
    );
END
$$;
CREATE OR REPLACE FUNCTION record_is_of_now(writer xid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    -- A savepoint has a number of its own, which follows that of its transaction.
    top bigint := pg_current_xact_id()::text::bigint;
    after bigint := (writer::text::bigint - top % 4294967296 + 4294967296) % 4294967296;
BEGIN
    RETURN CASE
        WHEN after = 0 THEN true
        WHEN after < 2147483648 THEN pg_xact_status((top + after)::text::xid8) = 'in progress'
        ELSE false
    END;
END
$$;
CREATE OR REPLACE FUNCTION record_not_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF record_is_checked() THEN RAISE EXCEPTION 'the record is append-only'; END IF;
    RETURN NULL;
END
$$;
"""

_END = """
DECLARE
    kept record;
    last record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.last_seq = NEW.last_seq AND OLD.last_hash = NEW.last_hash THEN RETURN NULL; END IF;
    END IF;
    -- As it is now: another entry of the same transaction may have moved the end on.
    SELECT last_seq, last_hash INTO kept FROM incidents_incident WHERE id = NEW.id;
    SELECT seq, hash INTO last FROM incidents_timelineentry
        WHERE incident_id = NEW.id ORDER BY seq DESC LIMIT 1;
    IF kept.last_seq <> coalesce(last.seq, 0) OR kept.last_hash <> coalesce(last.hash, '') THEN
        RAISE EXCEPTION 'the timeline of INC-% does not end where the incident says', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
"""

_ENTRY = """
DECLARE
    last bigint;
    before text := '';
BEGIN
    SELECT last_seq INTO last FROM incidents_incident WHERE id = NEW.incident_id;
    IF NEW.seq > 1 THEN
        SELECT hash INTO before FROM incidents_timelineentry
            WHERE incident_id = NEW.incident_id AND seq = NEW.seq - 1;
    END IF;
    IF last < NEW.seq OR before IS DISTINCT FROM NEW.previous_hash THEN
        RAISE EXCEPTION 'entry #% of INC-% does not follow the one before it, or is not its end',
            NEW.seq, NEW.incident_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
"""

_SEAL = """
DECLARE
    last bigint;
    before record;
BEGIN
    SELECT last_seq INTO last FROM incidents_incident WHERE id = NEW.incident_id;
    SELECT number, seq, hash INTO before FROM incidents_rowseal
        WHERE incident_id = NEW.incident_id AND number < NEW.number ORDER BY number DESC LIMIT 1;
    IF last IS DISTINCT FROM NEW.seq
        OR coalesce(before.seq, 0) >= NEW.seq
        OR coalesce(before.number, 0) + 1 <> NEW.number
        OR coalesce(before.hash, '') <> NEW.previous_hash
    THEN
        RAISE EXCEPTION 'digests of INC-% need an entry of their own', NEW.incident_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
"""


def install(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Make each function anew and every trigger that is missing. May be called again."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        [schema] = cursor.fetchone()
        cursor.execute("SELECT table_name FROM information_schema.tables"
                       " WHERE table_schema = current_schema()")  # fmt: skip
        there = {name for (name,) in cursor.fetchall()}
        # Before its migration a table may not be there yet.
        tables = [table for table in covered_tables().values() if table.name in there]
        if not {_INCIDENTS, _ENTRIES, _SEALS} <= there:
            return
        shared = _SHARED.format(lifted=LIFTED, schema=schema, entries=_ENTRIES)
        statements = [shared, _function(f"{_PREFIX}_end", _END, schema)]
        statements += [_function(f"{_PREFIX}_entry", _ENTRY, schema)]
        statements += [_function(f"{_PREFIX}_seal", _SEAL, schema)]
        wanted = {
            (_INCIDENTS, f"{_PREFIX}_end"): "INSERT OR UPDATE",
            (_ENTRIES, f"{_PREFIX}_entry"): "INSERT",
        }
        guarded = [table.name for table in tables]
        for table in tables:
            statements.append(_function(f"{_PREFIX}_{table.name}", _holds(table), schema))
            wanted[table.name, f"{_PREFIX}_{table.name}"] = "INSERT OR UPDATE OR DELETE"
        for name, (thing, notes, of) in WITH_A_NOTE.items():
            if {name, notes} <= there:
                body = _noted(name, thing, notes, of)
                statements.append(_function(f"{_PREFIX}_{name}", body, schema))
                wanted[name, f"{_PREFIX}_{name}"] = "INSERT OR UPDATE OR DELETE"
                guarded.append(name)
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        present = set(cursor.fetchall())
        if (_SEALS, f"{_PREFIX}_seal") not in present:
            # At once: another action of the same transaction moves the end on.
            statements.append(
                f'CREATE TRIGGER {_PREFIX}_seal AFTER INSERT ON "{_SEALS}" FOR EACH ROW'
                f" WHEN (record_is_checked()) EXECUTE FUNCTION {_PREFIX}_seal();"
            )
        statements += [
            f'CREATE CONSTRAINT TRIGGER {name} AFTER {events} ON "{of}"'
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
            f" WHEN (record_is_checked()) EXECUTE FUNCTION {name}();"
            for (of, name), events in wanted.items()
            if (of, name) not in present
        ]
        statements += [
            f'CREATE TRIGGER {_NO_TRUNCATE} BEFORE TRUNCATE ON "{name}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION record_not_truncated();"
            for name in guarded
            if (name, _NO_TRUNCATE) not in present
        ]
        # With parameters, if none: django-pgtrigger adds them to any statement when it ignores one.
        cursor.execute("\n".join(statements).replace("%", "%%"), [])


@contextmanager
def lifted() -> Iterator[None]:
    """For a migration: its statements may change rows without an entry, if it owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', false)", [LIFTED])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"RESET {LIFTED}")


def _function(name: str, body: str, schema: str) -> str:
    """Its search path is its own: a temporary table of the same name must not stand in.

    Rows are found by their keys, so one plan is as good as another, and planning costs most.
    """
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f' SET search_path = "{schema}", pg_temp SET plan_cache_mode = force_generic_plan'
        f" AS $$ {body} $$;"
    )


def _holds(table: CoveredTable) -> str:
    name, key = table.name, f'"{table.key}"'
    columns = ", ".join(f"'{column}'" for column in table.columns)
    old, new = (
        ", ".join(f'{row}."{column}"' for column in (table.key, *table.columns))
        for row in ("OLD", "NEW")
    )
    # The names are those of our models.
    return f"""
DECLARE
    subject "{name}";
    of_incident bigint;
    now_is jsonb;
    recorded jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF ({old}) IS NOT DISTINCT FROM ({new}) THEN RETURN NULL; END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN subject := OLD; ELSE subject := NEW; END IF;
    SELECT {table.incident}, jsonb_object(ARRAY[{columns}]::text[], {table.digests})
        INTO of_incident, now_is FROM "{name}" t0 {table.joins} WHERE t0.{key} = subject.{key};
    IF NOT FOUND THEN
        now_is := 'null';
        SELECT {table.incident} INTO of_incident FROM (SELECT subject.*) t0 {table.joins};
    END IF;
    SELECT sealed.rows -> '{name}' -> subject.{key}::text INTO recorded
        FROM "{_SEALS}" sealed
        WHERE sealed.incident_id = of_incident AND sealed.rows -> '{name}' ? subject.{key}::text
        ORDER BY sealed.number DESC LIMIT 1;
    IF recorded IS DISTINCT FROM now_is THEN
        RAISE EXCEPTION 'row % of {name} (INC-%) was changed without an entry of its timeline',
            subject.{key}, of_incident USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.{key} <> NEW.{key} THEN
            RAISE EXCEPTION 'row % of {name} (INC-%) keeps its number', OLD.{key}, of_incident
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NULL;
END
"""  # noqa: S608


def _noted(name: str, thing: str, notes: str, of: str) -> str:
    return f"""
DECLARE
    subject "{name}";
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD IS NOT DISTINCT FROM NEW THEN RETURN NULL; END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN subject := OLD; ELSE subject := NEW; END IF;
    IF NOT EXISTS (
        SELECT FROM "{notes}" note
        WHERE note."{of}" = subject."{thing}" AND record_is_of_now(note.xmin)
    ) THEN
        RAISE EXCEPTION 'row % of {name} was changed without a note of it', subject.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
"""

"""Triggers that note, for the length of a transaction, which rows of the record it changed.

They are made from the models after every migration (``post_migrate``), so that a new table has
them by default. ``sealing`` reads what they noted.
"""

from typing import Any

from django.db import connection

from incidents.timeline.coverage import CoveredTable, covered_tables

NOTED = "warroom.changed_rows"
"""A setting of the transaction: lines of table, key and, where the row has it, incident."""

_PREFIX = "record_notes"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION record_note_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject record;
    row_key text;
    row_incident text := '';
BEGIN
    IF TG_OP = 'DELETE' THEN subject := OLD; ELSE subject := NEW; END IF;
    EXECUTE 'SELECT ($1).' || quote_ident(TG_ARGV[0]) || '::text' INTO row_key USING subject;
    IF TG_ARGV[1] <> '' THEN
        EXECUTE 'SELECT ($1).' || quote_ident(TG_ARGV[1]) || '::text'
            INTO row_incident USING subject;
    END IF;
    PERFORM set_config(
        '{NOTED}',
        concat(
            current_setting('{NOTED}', true),
            TG_TABLE_NAME, ' ', row_key, ' ', row_incident, E'\\n'
        ),
        true
    );
    RETURN NULL;
END
$$
"""


def install(**_: Any) -> None:
    """Make the function and every trigger that is missing. May be called again."""
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTION)
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE %s",
            [f"{_PREFIX}%"],
        )
        present = set(cursor.fetchall())
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        )
        columns = set(cursor.fetchall())
        for table in covered_tables().values():
            # Before its migration a table, or a column of it, may not be there yet.
            if (table.name, table.key) not in columns:
                continue
            for name, event in _events(table, columns):
                if (table.name, name) not in present:
                    cursor.execute(
                        f'CREATE TRIGGER {name} AFTER {event} ON "{table.name}" FOR EACH ROW'
                        f" EXECUTE FUNCTION record_note_row('{table.key}', '{table.own_incident}')"
                    )


def drop_column_triggers(plan: Any = (), **_: Any) -> None:
    """Before migrations: PostgreSQL alters no column that a trigger names."""
    if not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [f"{_PREFIX}_of"]
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER {_PREFIX}_of ON "{table}"')


def _events(table: CoveredTable, columns: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names of triggers with their events.

    Where columns are left out, the trigger names the others: an incident's row is updated with
    every entry, and that must cost nothing.
    """
    if not table.has_left_out:
        return [(_PREFIX, "INSERT OR UPDATE OR DELETE")]
    names = [f'"{name}"' for name in table.columns if (table.name, name) in columns]
    return [
        (_PREFIX, "INSERT OR DELETE"),
        (f"{_PREFIX}_of", f'UPDATE OF "{table.key}", {", ".join(names)}'),
    ]

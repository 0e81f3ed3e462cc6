"""Handwritten SQL statements of the hot path, planned once a connection instead of each time.

Django binds parameters on the client and prepares nothing. That is right for queries of a hundred
shapes, but every action sends the same few statements, whose planning costs more than their work.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor

from incidents.models import Incident


def rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement as Django would: logged, wrapped, in its transaction."""
    connection.ensure_connection()
    with connection._prepare_cursor(ServerBindingCursor(connection.connection)) as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def locked_incident(incident_id: int) -> Incident:
    """The incident, read anew and its row locked; ``DoesNotExist`` where there is none."""
    names, sql = _lock()
    incident_rows = rows(sql, [incident_id])
    if not incident_rows:
        raise Incident.DoesNotExist(f"There is no INC-{incident_id}")
    return Incident.from_db(connection.alias, names, incident_rows[0])


@cache
def _lock() -> tuple[list[str], str]:
    meta = Incident._meta
    columns = ", ".join(f'"{field.column}"' for field in meta.concrete_fields)
    names = [field.attname for field in meta.concrete_fields]
    return names, f'SELECT {columns} FROM "{meta.db_table}" WHERE id = %s FOR UPDATE'  # noqa: S608


def current_roles(incident_id: int, person_id: int | None) -> list[tuple[Any, ...]]:
    """The roles, each with its lane, that a person holds now."""
    return rows(_CURRENT_ROLES, [incident_id, person_id])


_CURRENT_ROLES = """
    SELECT role, lane FROM incidents_assignment
    WHERE until IS NULL AND incident_id = %s AND person_id = %s
"""

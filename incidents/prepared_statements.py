"""The prepared statements of every action: the incident's row, locked, and who holds its roles."""

from functools import cache
from typing import Any

from django.db import connection

from incidents.models import Incident
from kernel.prepared import rows


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

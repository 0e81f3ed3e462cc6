"""Two roles in the database: who owns the tables and migrates, and who serves.

``MIGRATION_DATABASE_URL`` names the owner. The role of ``DATABASE_URL`` then owns nothing: it reads
and writes rows, and can neither alter a table nor switch a trigger off. Without that setting one
role does everything.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from psycopg.sql import SQL, Composable, Identifier, Literal

_ADDRESS = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")


class NoRole(Exception):
    """The roles cannot be set up; the text is one sentence for who migrates."""


@contextmanager
def as_owner() -> Iterator[None]:
    """Within the block Django's connection is the owner's, where one is named. For commands."""
    owner = settings.MIGRATION_DATABASE
    if not owner:
        yield
        return
    before = {name: connection.settings_dict[name] for name in _ADDRESS}
    _connect_as(owner)
    try:
        yield
    finally:
        _connect_as(before)


def _connect_as(database: Mapping[str, Any]) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict.update({name: database[name] for name in _ADDRESS})


def prepare(role: str, password: str = "") -> None:
    """As the owner, before migrating: the application's role is there, and owns nothing.

    Raises ``NoRole``.
    """
    if not role:
        raise NoRole("DATABASE_URL names no role: it must, as MIGRATION_DATABASE_URL is set.")
    found = _rows(
        "SELECT rolname = current_user, rolsuper OR pg_has_role(rolname, current_user, 'MEMBER'),"
        " EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid)"
        " FROM pg_roles WHERE rolname = %s",
        [role],
    )
    try:
        with transaction.atomic():
            if not found:
                _make(role, password)
                return
            [(is_owner, is_mighty, owns)] = found
            if is_owner or is_mighty:
                raise NoRole(
                    f"{role}, the role of DATABASE_URL, is that of MIGRATION_DATABASE_URL, "
                    "may become it, or is a superuser: it must be another, which is neither."
                )
            if owns:
                _run(SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(Identifier(role)))
    except ProgrammingError as error:
        raise NoRole(
            f"The role {role} cannot be set up by that of MIGRATION_DATABASE_URL "
            f"({str(error).strip()}): see Two roles in docs/operators.md."
        ) from error


def _make(role: str, password: str) -> None:
    """With its password as PostgreSQL stores it, so that no log has it as typed."""
    statement = SQL("CREATE ROLE {} LOGIN").format(Identifier(role))
    if password:
        connection.ensure_connection()
        stored = connection.connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
        statement += SQL(" PASSWORD {}").format(Literal(stored.decode()))
    _run(statement)


def grant(role: str) -> None:
    """As the owner, after migrating: what the application's role may do, and nothing else."""
    [(schema, database, may_revoke)] = _rows(
        "SELECT current_schema(), current_database(), pg_has_role(current_user, datdba, 'MEMBER')"
        " FROM pg_database WHERE datname = current_database()"
    )
    names = {"role": Identifier(role), "schema": Identifier(schema)}
    statements = [*_GRANTS]
    if may_revoke:
        # A temporary table can stand in for another of its name.
        names["database"] = Identifier(database)
        statements += _OF_DATABASE
    with transaction.atomic():
        for statement in statements:
            _run(SQL(statement).format(**names))


_GRANTS = (
    "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON {schema}.django_migrations FROM {role}",
    "REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)
_OF_DATABASE = (
    "REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}",
    "GRANT CONNECT ON DATABASE {database} TO {role}",
)


def owns_tables() -> bool:
    """Whether the role of this connection could switch the triggers of the record off."""
    [(may,)] = _rows(
        "SELECT coalesce(bool_or(pg_has_role(current_user, relowner, 'MEMBER')), false)"
        " FROM pg_class WHERE oid = to_regclass('incidents_timelineentry')"
    )
    return bool(may)


def _rows(query: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _run(statement: Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

"""Databases for tests: migrated once a run, copied for each worker, emptied after a test.

A test that commits (``django_db(transaction=True)``) leaves rows behind. Django would truncate
every table and send ``post_migrate``, half a second each time; ``restore_tables`` deletes the rows
that are there and puts back what migrations had made.
"""

import fcntl
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from incidents.timeline.row_checks import LIFTED
from warroom.server import database_roles
from warroom.up.embedded import postgres

AS_MIGRATED = "as_migrated"
"""A schema with copies of the tables that have rows right after the migrations."""

APPLICATION = "warroom_under_test"
"""The role that a test takes where it asks what the application may do. The tests themselves own
the tables, and change rows of the record without an entry, as its checks are lifted for them."""


def migrated_database(run_folder: Path, worker: str) -> str:
    """Connect Django to a new database, a copy of the migrated one; returns its name."""
    options = connection.settings_dict["OPTIONS"]
    options["options"] += f" -c {LIFTED}=on"
    template = f"template_{run_folder.name}"
    name = f"test_{worker}_{run_folder.name}"
    with (run_folder / "template.lock").open("a") as lock:
        # The first worker makes the template and the others wait for it.
        fcntl.lockf(lock, fcntl.LOCK_EX)
        if not _exists(template):
            _make_template(template)
        copy_database(template, name)
    connect_to(name)
    return name


def copy_database(template: str, name: str) -> None:
    """Nobody may be connected to ``template`` meanwhile."""
    _execute("CREATE DATABASE {} TEMPLATE {}", name, template)
    # Rights on the database itself are not copied with it.
    _execute("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", name)


def copy_tables(source: str, target: str) -> None:
    """To the database of another server, in a second where migrating takes ten; of what is in the
    tables only which migrations were done.
    """
    for what in (("--schema-only",), ("--data-only", "--table=public.django_migrations")):
        dump = subprocess.run(
            [postgres.binaries() / "pg_dump", *what, "--no-owner", source],
            capture_output=True,
            check=True,
        )
        subprocess.run(
            [postgres.binaries() / "psql", "--quiet", target],
            input=dump.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def create_database(name: str) -> None:
    _execute("CREATE DATABASE {}", name)


def drop_database(name: str) -> None:
    _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def connect_to(name: str) -> None:
    """Let Django use this database from now on."""
    connections.close_all()
    connection.close_pool()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@contextmanager
def as_application() -> Iterator[None]:
    """Within the block this test's transaction is that of the application's role, not an owner's.

    At its end, as at a commit, the database compares what was changed with the record.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APPLICATION}")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED; SET LOCAL ROLE NONE")


@contextmanager
def as_application_for_good() -> Iterator[None]:
    """The same for a test that commits: every connection within is that of the role."""
    options = connection.settings_dict["OPTIONS"]
    before = options["options"]
    options["options"] = f"{before.replace(f' -c {LIFTED}=on', '')} -c role={APPLICATION}"
    _reconnect()
    try:
        yield
    finally:
        options["options"] = before
        _reconnect()


@contextmanager
def unguarded() -> Iterator[None]:
    """Without triggers, foreign keys and constraints; undone at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def _reconnect() -> None:
    connections.close_all()
    connection.close_pool()


def _make_template(name: str) -> None:
    """Under another name until it is whole."""
    draft = f"{name}_draft"
    kept = _dump_of_migrations()
    if kept.exists():
        _restore(kept, draft)
        call_command("migrate", verbosity=0)
    else:
        connection.settings_dict["TEST"]["NAME"] = draft
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        _dump(draft, kept)
    _keep_copies()
    database_roles.prepare(APPLICATION)
    database_roles.grant(APPLICATION)
    connections.close_all()
    connection.close_pool()
    _execute("ALTER DATABASE {} RENAME TO {}", draft, name)


def _dump_of_migrations() -> Path:
    """Where a run keeps the migrated database for the next: migrating takes most of a short run.

    Another file for other migrations or other packages.
    """
    files = [settings.BASE_DIR / "requirements.txt", *settings.BASE_DIR.glob("*/migrations/*.py")]
    digest = sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()
    return settings.BASE_DIR / ".pytest_cache" / "migrated" / f"{digest}.sql"


def _dump(name: str, kept: Path) -> None:
    """Named so when it is whole; those of other migrations go."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    for older in kept.parent.iterdir():
        older.unlink(missing_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}")
    command = [postgres.binaries() / "pg_dump", "--no-owner", "--file", draft, _address(name)]
    subprocess.run(command, check=True)
    draft.rename(kept)


def _restore(kept: Path, name: str) -> None:
    _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    _execute("CREATE DATABASE {}", name)
    command = [
        postgres.binaries() / "psql",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--single-transaction",
    ]
    subprocess.run(
        [*command, "--file", kept, _address(name)], stdout=subprocess.DEVNULL, check=True
    )
    connect_to(name)


def _address(name: str) -> str:
    """Of a database on the tests' server."""
    return make_conninfo(os.environ["DATABASE_URL"], dbname=name)


def _exists(name: str) -> bool:
    with _server() as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def _execute(statement: str, *names: str) -> None:
    with _server() as server:
        server.execute(SQL(statement).format(*map(Identifier, names)))  # type: ignore[arg-type]


def _server() -> psycopg.Connection:
    """A connection to no test's database: databases are made and dropped from there."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


# -- After a test that committed ---------------------------------------------------------------


def _keep_copies() -> None:
    """Within the template, and so within every copy of it."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        cursor.execute(f"CREATE SCHEMA {AS_MIGRATED}")
        for name in _tables_that(cursor, "EXISTS (TABLE {0})", names):
            cursor.execute(f'CREATE TABLE {AS_MIGRATED}."{name}" AS TABLE "{name}"')


def restore_tables() -> None:
    """Delete every row that a test made and put back those of the migrations it changed.

    As a replica applies changes: neither triggers, which refuse to delete the record, nor foreign
    keys have a say. That takes a superuser.
    """
    kept, emptied = _tables()
    with connection.cursor() as cursor:
        changed = _tables_that(cursor, CHANGED, kept)
        filled = _tables_that(cursor, "EXISTS (TABLE {0})", emptied)
        statements = [f'DELETE FROM "{name}"' for name in (*filled, *changed)]
        statements += [f'INSERT INTO "{name}" TABLE {AS_MIGRATED}."{name}"' for name in changed]
        if statements:
            asked = ["SET LOCAL session_replication_role = replica", *statements]
            cursor.execute("; ".join(["BEGIN", *asked, "COMMIT"]))


CHANGED = (
    f"EXISTS (TABLE {{0}} EXCEPT TABLE {AS_MIGRATED}.{{0}})"
    f" OR EXISTS (TABLE {AS_MIGRATED}.{{0}} EXCEPT TABLE {{0}})"
)


@cache
def _tables() -> tuple[list[str], list[str]]:
    """Those that have rows after the migrations, and those that have none."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tablename FROM pg_tables WHERE schemaname = '{AS_MIGRATED}'")
        kept = {name for (name,) in cursor.fetchall()}
        names = set(connection.introspection.table_names(cursor))
    return sorted(kept), sorted(names - kept)


def _tables_that(cursor: Any, condition: str, names: Iterable[str]) -> list[str]:
    """Asked of all of them in one query."""
    asked = [f"""SELECT '{name}' WHERE {condition.format(f'"{name}"')}""" for name in names]
    cursor.execute(" UNION ALL ".join(asked))
    return [name for (name,) in cursor.fetchall()]

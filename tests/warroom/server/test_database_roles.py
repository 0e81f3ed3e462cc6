"""``migrate`` as the role that owns the tables makes the application's, which owns nothing."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from incidents.models import Surface
from tests.helpers.factories import SurfaceFactory
from warroom.server import checks, database_roles

ROLE = "warroom_of_this_test"

pytestmark = pytest.mark.django_db(transaction=True)


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _refused(statement: str) -> bool:
    try:
        _run(statement)
    except DatabaseError as error:
        return error.__cause__.sqlstate == "42501"  # insufficient privilege
    return False


@pytest.fixture
def two_roles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Django's connection is the application's, and its role is not there yet."""
    owner = dict(connection.settings_dict)
    monkeypatch.setattr(settings, "MIGRATION_DATABASE", owner)
    connections.close_all()
    connection.close_pool()
    connection.settings_dict["USER"] = ROLE
    yield
    with database_roles.as_owner():
        _run(f"DROP OWNED BY {ROLE}", f"DROP ROLE IF EXISTS {ROLE}")
    connections.close_all()
    connection.close_pool()
    connection.settings_dict["USER"] = owner["USER"]


def test_the_role_is_made_and_owns_nothing(two_roles: None) -> None:
    call_command("migrate", verbosity=0)

    surface = SurfaceFactory(name="Ledger")
    assert Surface.objects.get(pk=surface.pk).name == "Ledger"
    assert not database_roles.owns_tables()
    for statement in (
        "ALTER TABLE incidents_incident DISABLE TRIGGER ALL",
        "TRUNCATE incidents_notice",
        "CREATE TABLE other (id int)",
        "CREATE TEMPORARY TABLE other (id int)",
        "SET session_replication_role = replica",
        "DELETE FROM django_migrations",
        "SELECT setval('incidents_incident_id_seq', 1)",
    ):
        assert _refused(statement), statement


def test_what_the_role_had_is_taken_from_it(two_roles: None) -> None:
    """It owned a table, and somebody had granted it more."""
    with database_roles.as_owner():
        _run(
            f"CREATE ROLE {ROLE} LOGIN",
            f"ALTER TABLE incidents_notice OWNER TO {ROLE}",
            f"GRANT ALL ON incidents_execution TO {ROLE}",
        )
    call_command("migrate", verbosity=0)

    assert _refused("ALTER TABLE incidents_notice DISABLE TRIGGER ALL")
    assert _refused("TRUNCATE incidents_execution CASCADE")
    _run("SELECT FROM incidents_notice")


@pytest.mark.parametrize("might", ["superuser", "member"])
def test_a_role_that_could_become_the_owner_is_refused(two_roles: None, might: str) -> None:
    with database_roles.as_owner():
        _run(f"CREATE ROLE {ROLE} LOGIN")
        if might == "superuser":
            _run(f"ALTER ROLE {ROLE} SUPERUSER")
        else:
            _run(f"GRANT {connection.settings_dict['USER']} TO {ROLE}")
    with pytest.raises(CommandError, match="must be another"):
        call_command("migrate", verbosity=0)


def test_a_table_of_a_later_version_can_be_read(two_roles: None) -> None:
    call_command("migrate", verbosity=0)
    with database_roles.as_owner():
        _run("CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, text text)")
    try:
        _run("INSERT INTO later (text) VALUES ('x')", "UPDATE later SET text = 'y'")
    finally:
        with database_roles.as_owner():
            _run("DROP TABLE later")


def test_check_says_who_could_alter_the_record(two_roles: None, monkeypatch) -> None:
    call_command("migrate", verbosity=0)
    owner = settings.MIGRATION_DATABASE["USER"]
    monkeypatch.setattr(settings, "MIGRATION_DATABASE", None)  # as web and worker are started
    assert checks.application_owns_nothing(None, databases=["default"]) == []

    connections.close_all()
    connection.close_pool()
    connection.settings_dict["USER"] = owner
    [warning] = checks.application_owns_nothing(None, databases=["default"])
    assert warning.id == "warroom.W001"

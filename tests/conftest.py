import gc
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.helpers import servers as own
from tests.helpers.database import drop_database, migrated_database, restore_tables
from tests.helpers.tiers import in_tier

pytest_plugins = ["tests.helpers.cast", "tests.helpers.live_app"]

# A property holds or it does not: how long an example takes is the machine's affair. ``make test``
# tries the same examples each time, as it judges a change; ``make prove`` looks for others.
hypothesis.settings.register_profile(
    "warroom",
    deadline=None,
    derandomize=in_tier(test=True, prove=False),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("warroom")


def pytest_configure() -> None:
    """Hash passwords fast: the real way takes a third of a second for each person who has one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: going through them again and again for garbage took a
    tenth of the processor time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _patient_with_valkey() -> Iterator[None]:
    """A page does without who is present rather than wait a quarter of a second; a test waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("live.presence_store.VALKEY_TIMEOUT_SECONDS", 2.0)
        yield


@pytest.fixture(scope="session")
def running_servers() -> None:
    """For tests that use Valkey, or start processes, without Django's database."""
    own.start_servers()


@pytest.fixture(scope="session")
def django_db_setup(
    running_servers: None, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's: this worker's database is a copy of one migrated once a run."""
    with django_db_blocker.unblock():
        name = migrated_database(own.run_folder(), own.WORKER or "alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: restore_tables())
        yield
    if not own.own_servers():  # ours are thrown away with all that they hold
        with django_db_blocker.unblock():
            drop_database(name)

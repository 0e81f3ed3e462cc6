"""Real servers, started when the first test asks for them: one PostgreSQL for the whole run and a
Valkey for each worker, since some tests cut every subscription that theirs has.

Their addresses are fixed before anything runs, as Django's settings read them; a test that uses the
database (pytest-django's fixtures) or takes the fixture ``running_servers`` has them started. With
``DATABASE_URL`` and ``REDIS_URL`` given from outside, those servers are used and none is started.

A plugin (``-p tests.helpers.servers``) and not a conftest, since pytest-django reads the settings
before any conftest is loaded. Workers of xdist inherit the environment of their controller.
"""

import atexit
import os
from contextlib import ExitStack
from multiprocessing.connection import Client, Listener
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import pytest
from xdist.remote import Producer

from tests.helpers import alone
from tests.helpers.tiers import QUICK, TIER
from warroom.up.embedded import NoServers, thrown_away, valkey
from warroom.up.embedded.hold import short_folder

QUICK_FOLDERS = {"house", "kernel", "rules"}
"""Where ``make quick`` looks for tests, besides ``test_rules….py`` anywhere; those that need the
database it leaves out."""

_cleanup = ExitStack()
# Also when pytest gives up before it is configured; closing twice does nothing.
atexit.register(_cleanup.close)

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _choose_addresses() -> None:
    """In the controller (or the only process): a folder for the sockets, named to all workers."""
    os.environ["DEMO"] = "1"
    os.environ["EMAIL_URL"] = "memory://"
    os.environ["REDIS_PREFIX"] = f"test-{WORKER or 'alone'}"
    os.environ.setdefault("SECRET_KEY", "of-tests-alone-and-long-enough-to-start")
    if not WORKER:
        folder = _cleanup.enter_context(
            TemporaryDirectory(prefix="warroom-tests-", dir=short_folder())
        )
        os.environ["TEST_RUN_FOLDER"] = folder
        if "DATABASE_URL" not in os.environ:
            os.environ["TEST_SERVERS"] = "start"
            address = quote(f"{folder}/postgres", safe="")
            os.environ["DATABASE_URL"] = f"postgresql://postgres@{address}/postgres"
    if own_servers():
        os.environ["REDIS_URL"] = f"unix://{_valkey_folder()}/socket"


def own_servers() -> bool:
    return "TEST_SERVERS" in os.environ


def run_folder() -> Path:
    return Path(os.environ["TEST_RUN_FOLDER"])


def _valkey_folder() -> Path:
    return run_folder() / f"valkey-{WORKER or 'alone'}"


class _PostgresOnDemand:
    """Starts PostgreSQL in the controller when the first worker connects to its socket.

    The controller outlives all workers, and so does what it started.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listener = Listener(str(folder / "start"), "AF_UNIX")
        self._started = False
        _cleanup.callback(self._listener.close)
        Thread(target=self._serve, name="postgres-on-demand", daemon=True).start()

    def _serve(self) -> None:
        while True:
            with self._listener.accept() as asking:
                try:
                    self._start()
                    asking.send("")
                except NoServers as error:
                    asking.send(str(error))

    def _start(self) -> None:
        if self._started:
            return
        environment = _cleanup.enter_context(thrown_away())
        socket = unquote(urlsplit(environment["DATABASE_URL"]).netloc.partition("@")[2])
        (self._folder / "postgres").symlink_to(socket)
        self._started = True


_choose_addresses()
if not WORKER and own_servers() and TIER != QUICK:
    _postgres = _PostgresOnDemand(run_folder())


def start_servers() -> None:
    """PostgreSQL and this worker's Valkey, unless they run already."""
    if TIER == QUICK:
        raise RuntimeError("`make quick` starts no server: this test is not for it")
    if not own_servers():
        return
    with Client(str(run_folder() / "start"), "AF_UNIX") as postgres:
        if refused := postgres.recv():
            raise NoServers(refused)
    if not _valkey_folder().exists():
        _cleanup.enter_context(valkey.running(_valkey_folder()))


def database() -> str:
    """The address of the database that this worker's tests use, for other processes."""
    from django.db import connection

    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


# -- What is collected -------------------------------------------------------------------------


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """``make quick`` does not even import what it will not run."""
    if TIER != QUICK or collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    folders = collection_path.relative_to(config.rootpath).parts[:-1]
    pure = QUICK_FOLDERS.intersection(folders) or collection_path.stem.startswith("test_rules")
    return None if pure else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if TIER == QUICK:
        left_out = {item for item in items if _needs_database(item) or alone.is_alone(item)}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    needs_none = [item for item in items if not _needs_database(item)]
    alone.last(items, needs_none, run_folder())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Any:
    if config.option.dist != "worksteal":
        return None
    return alone.AloneLast(config, log, run_folder())


def _needs_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(
        item.get_closest_marker("django_db") or {"django_db_setup", "running_servers"} & fixtures
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    _cleanup.close()

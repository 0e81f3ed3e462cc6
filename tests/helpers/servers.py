"""Real servers for every test: one PostgreSQL for the whole run, with a database for each worker,
and a Valkey for each, since some tests cut every subscription that theirs has.

A plugin (``-p tests.helpers.servers``) and not a conftest, since pytest-django reads the settings
before any conftest is loaded. Workers of xdist inherit what their controller started.
"""

import atexit
import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import pytest

from warroom.up.embedded import thrown_away, valkey
from warroom.up.embedded.hold import short_folder

_servers = ExitStack()
# Also when pytest gives up before it is configured; closing twice does nothing.
atexit.register(_servers.close)


def _valkey() -> str:
    folder = _servers.enter_context(TemporaryDirectory(prefix="warroom-", dir=short_folder()))
    return _servers.enter_context(valkey.running(Path(folder) / "valkey"))


_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if not os.environ.get("DATABASE_URL"):
    os.environ.update(_servers.enter_context(thrown_away()), TEST_SERVERS="started here")
elif _worker and os.environ.get("TEST_SERVERS"):
    os.environ["REDIS_URL"] = _valkey()
os.environ["REDIS_PREFIX"] = f"test-{_worker or 'alone'}"
os.environ["DEMO"] = "1"
os.environ["EMAIL_URL"] = "memory://"


def database() -> str:
    """The address of the database that this worker's tests use, for other processes."""
    from django.db import connection

    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.close()

"""Real servers for every test: one pair for the whole run, a database for each worker.

A plugin (``-p tests.servers``) and not a conftest, since pytest-django reads the settings before
any conftest is loaded. Workers of xdist inherit what their controller started.
"""

import atexit
import os
from contextlib import ExitStack

import pytest

from warroom.embedded import thrown_away

_servers = ExitStack()
# Also when pytest gives up before it is configured; closing twice does nothing.
atexit.register(_servers.close)

if not os.environ.get("DATABASE_URL"):
    os.environ.update(_servers.enter_context(thrown_away()))
os.environ["REDIS_PREFIX"] = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
os.environ["DEMO"] = "1"
os.environ["EMAIL_URL"] = "memory://"


def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.close()

"""The status page when what stands behind it is gone: real servers, really stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.helpers.database import copy_tables
from tests.helpers.servers import database
from warroom.server.uvicorn_options import OPTIONS
from warroom.up.embedded import thrown_away
from warroom.up.embedded.data import BASE_DIR

TIMEOUT_SECONDS = 60.0
STALE_AFTER = 3


class Site:
    """A web process with a database and a Valkey of its own."""

    def __init__(self, url: str, database: str, servers: dict[str, psutil.Process]) -> None:
        self.url, self._database, self._servers = url, database, servers

    def stop(self, name: str) -> None:
        process = self._servers[name]
        process.send_signal(signal.SIGQUIT if name == "postgres" else signal.SIGKILL)
        gone = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
        self.until(lambda: not process.is_running() or process.status() in gone)

    def change(self) -> None:
        """As an action does, whoever carries it out."""
        with psycopg.connect(self._database, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO comms_statussite (id, wanted, rendered) VALUES (1, 2, 1)"
                " ON CONFLICT (id) DO UPDATE SET wanted = comms_statussite.wanted + 1"
            )

    def get(self, path: str = "/status/", **headers: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers=headers, timeout=10)

    def until(self, happens: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_SECONDS
        while not happens():
            assert time.monotonic() < end, "it did not happen in time"


def _postmaster(database: str) -> psutil.Process:
    """The server that listens in the folder of this address, whoever's child it is."""
    folder = conninfo_to_dict(database)["host"]
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and str(folder) in " ".join(process.info["cmdline"]):
            return process
    raise LookupError(folder)


def _valkey(before: set[psutil.Process]) -> psutil.Process:
    """The one that was started since."""
    started = set(psutil.Process().children(recursive=True)) - before
    return next(process for process in started if process.name() == "valkey-server")


@pytest.fixture
def site(django_db_setup: None) -> Iterator[Site]:
    before = set(psutil.Process().children(recursive=True))
    with thrown_away() as servers, socket.create_server(("127.0.0.1", 0)) as listener:
        env = {
            **os.environ,
            **servers,
            "REDIS_PREFIX": "outage",
            "STATUS_STALE_AFTER": str(STALE_AFTER),
        }
        copy_tables(database(), servers["DATABASE_URL"])
        fd = listener.fileno()
        web = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "uvicorn",
                "warroom.asgi:application",
                *OPTIONS,
                "--fd",
                str(fd),
            ],
            cwd=BASE_DIR,
            env=env,
            pass_fds=[fd],
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            address = servers["DATABASE_URL"]
            # It listens before it has started; only what it serves later must come at once.
            httpx.get(f"{url}/readyz", timeout=TIMEOUT_SECONDS).raise_for_status()
            parts = {"postgres": _postmaster(address), "valkey": _valkey(before)}
            yield Site(url, address, parts)
        finally:
            web.terminate()
            web.wait(TIMEOUT_SECONDS)


def test_it_is_served_whatever_stops(site: Site) -> None:
    """Valkey first: the process renews its page itself. Then the database: it says as of when."""
    first = site.get()
    assert first.status_code == 200

    site.stop("valkey")
    site.change()
    site.until(lambda: site.get().headers["last-modified"] != first.headers["last-modified"])
    assert "cannot be renewed" not in site.get().text

    site.stop("postgres")
    at_once = site.get()
    answers: list[int] = []

    def says_so() -> bool:
        answer = site.get()
        answers.append(answer.status_code)
        return "This page cannot be renewed at the moment." in answer.text

    site.until(says_so)
    assert (at_once.status_code, "As of" in at_once.text) == (200, True)
    # Every answer on the way to saying so is one too.
    assert set(answers) == {200}
    assert site.get("/status/api/v2/summary.json").status_code == 200
    # A load balancer is told before it gives up waiting; the pool alone waits for 10 s.
    asked_at = time.monotonic()
    assert site.get("/readyz").status_code == 503
    assert time.monotonic() - asked_at < 8
    with pytest.raises(psycopg.OperationalError):
        site.change()

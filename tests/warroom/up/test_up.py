"""``manage.py up`` as people use it: a process of its own, on a data folder of its own."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import psycopg
import pytest

from tests.faults.cluster import until
from tests.helpers.tiers import in_tier
from warroom.up.embedded.data import BASE_DIR
from warroom.up.orphans import MARK
from warroom.up.parts import MAX_RESTARTS
from warroom.up.supervisor import served

_TIMEOUT_SECONDS = 60

_START = 240
"""Seconds for a first start, which makes every table and tells the demo, beside other tests."""

VALKEY_RESTARTS = in_tier(test=1, prove=MAX_RESTARTS)
"""One more in a row ends the whole (``test_parts``); a worker outlives 25 (``test_broker``)."""

_OURS = (
    "PYTHONUNBUFFERED",
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "REDIS_PREFIX",
    "EMAIL_URL",
    "DEMO",
    "PORT",
)


@contextmanager
def _ctrl_c_arrives() -> Iterator[None]:
    """What is started meanwhile hears Ctrl-C, as at a terminal.

    A script that runs the tests in its background has it ignored, by them and by all that they
    start; ``up`` leaves that so. A signal with a handler is at its default in a new program.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Up:
    """One ``manage.py up`` and all that it starts."""

    def __init__(self, data: Path, port: int, *words: str, **said: str) -> None:
        self.data, self.port = data, port
        clean = {name: value for name, value in os.environ.items() if name not in _OURS}
        with _ctrl_c_arrives():
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(port), *words],
                cwd=BASE_DIR,
                env={**clean, "WARROOM_DATA": str(data), **said},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> "Up":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(_TIMEOUT_SECONDS)
        self._output.close()

    def wait_until_served(self) -> None:
        """Until its screen has come, which names the address."""
        screen = ""
        while f"http://localhost:{self.port}" not in screen:
            ready, _, _ = select.select([self._output], [], [], _START)
            piece = os.read(self._output.fileno(), 4096) if ready else b""
            assert piece, f"It ended or hung: {screen}"
            screen += piece.decode()
        assert served(f"http://127.0.0.1:{self.port}/readyz")
        self.screen = screen

    def rest(self) -> str:
        return self._output.read().decode()

    def kill(self, name: str, word: str) -> None:
        """Kill a part, and wait until the terminal says that it runs again."""
        part = next(process for process in self.left() if _has(process, word))
        part.kill()
        while f"{name} runs again." not in self.screen:
            ready, _, _ = select.select([self._output], [], [], _START)
            piece = os.read(self._output.fileno(), 4096) if ready else b""
            assert piece, f"It ended or hung: {self.screen}"
            self.screen += piece.decode()
        self.screen = ""

    @property
    def _output(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def left(self) -> list[psutil.Process]:
        """Every process on this data folder, however it was started."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def servers(self) -> dict[str, str]:
        """The addresses that it tells our other commands."""
        told: dict[str, str] = json.loads((self.data / "servers.json").read_text())
        return told

    def _sockets(self) -> str:
        """The folder of the servers' sockets, by which Valkey is known."""
        try:
            return (self.data / "sockets").read_text()
        except FileNotFoundError:
            return str(self.data)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            words = " ".join(process.cmdline())
            named = str(self.data) in words or self._sockets() in words
            return named or process.environ().get(MARK) == str(self.data)
        except psutil.Error:
            return False


def _has(process: psutil.Process, word: str) -> bool:
    try:
        return word in f" {' '.join(process.cmdline())} "
    except psutil.Error:
        return False


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.alone
def test_ctrl_c_leaves_no_process_and_the_data_stays(tmp_path: Path, port: int) -> None:
    with Up(tmp_path / "data", port, "--demo") as up:
        up.wait_until_served()

        up.process.send_signal(signal.SIGINT)

        assert up.process.wait(_TIMEOUT_SECONDS) == 0
        assert up.left() == []
    assert "warroom-demo" in up.screen
    assert str(up.data) in up.screen
    assert (up.data / "postgres" / "PG_VERSION").exists()
    assert (up.data / "secret_key").stat().st_mode & 0o777 == 0o600


def _assert_two_roles(up: Up) -> None:
    """What serves is connected as a role that may write rows, owns nothing, and knows no other."""
    told = up.servers()
    with psycopg.connect(told["DATABASE_URL"], autocommit=True) as application:
        assert application.execute("SELECT count(*) FROM incidents_incident").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("ALTER TABLE incidents_execution DISABLE TRIGGER ALL")
    with psycopg.connect(told["MIGRATION_DATABASE_URL"]) as owner:
        found = owner.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        assert found == [("warroom",)]
    programs = [process for process in up.left() if MARK in process.environ()]
    assert len(programs) >= 3
    assert not [process for process in programs if "MIGRATION_DATABASE_URL" in process.environ()]


def _go_back_to_one_role(up: Up) -> None:
    """As an older version left its data: nobody but the owner."""
    with psycopg.connect(up.servers()["MIGRATION_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("DROP OWNED BY warroom")
        owner.execute("DROP ROLE warroom")


@pytest.mark.alone
def test_a_start_clears_up_after_a_killed_one_and_starts_again_what_dies(
    tmp_path: Path, port: int
) -> None:
    """Two starts of some 10 s each, and one of each part."""
    with Up(tmp_path / "data", port, DEMO="0") as killed:
        killed.wait_until_served()
        assert "warroom-demo" not in killed.screen
        assert f"http://localhost:{port}/accounts/first-admin/" in killed.screen
        _assert_two_roles(killed)
        _go_back_to_one_role(killed)
        killed.process.kill()
    with Up(tmp_path / "data", port, DEMO="0") as up:
        up.wait_until_served()
        _assert_two_roles(up)
        for _ in range(VALKEY_RESTARTS):
            up.kill("Valkey", " unixsocket:")
        up.kill("PostgreSQL", f" {up.data / 'postgres'} ")
        for name, words in (
            ("beat", " --quiet beat "),
            ("worker", " --quiet worker "),
            ("web", " uvicorn "),
        ):
            up.kill(name, words)
        until(lambda: served(f"http://127.0.0.1:{port}/readyz"), "it is served again")

        up.process.send_signal(signal.SIGINT)

        assert up.process.wait(_TIMEOUT_SECONDS) == 0
        assert "Stopping." in up.rest()
        assert up.left() == []


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with Up(tmp_path / "data", taken.getsockname()[1]) as up:
            assert up.process.wait(_TIMEOUT_SECONDS) == 1
            assert up.rest().startswith(f"Port {up.port} is taken")
            assert not (up.data / "postgres").exists()


def test_what_the_checks_find_stops_the_start_by_name(tmp_path: Path, port: int) -> None:
    nowhere = tmp_path / "nowhere"
    with Up(tmp_path / "data", port, SCENARIOS_DIR=str(nowhere)) as up:
        assert up.process.wait(_TIMEOUT_SECONDS) == 1
        assert f"{nowhere}: is no folder, though SCENARIOS_DIR names it" in up.rest()
        assert up.left() == []

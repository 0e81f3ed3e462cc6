"""Embedded servers that die are started again at the same address, whoever of them it is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.faults.cluster import until
from warroom.up.embedded import DataFolder, NoServers, running_servers
from warroom.up.embedded.hold import short_folder
from warroom.up.parts import Board


@pytest.fixture
def folder() -> Iterator[DataFolder]:
    with TemporaryDirectory(prefix="warroom-", dir=short_folder()) as name:
        Path(name).chmod(0o711)
        yield DataFolder(Path(name))


def _works(environment: dict[str, str]) -> bool:
    try:
        psycopg.connect(environment["DATABASE_URL"]).close()
        return bool(Redis.from_url(environment["REDIS_URL"]).ping())
    except (psycopg.Error, RedisError):
        return False


def _process(is_wanted: Callable[[list[str]], bool]) -> psutil.Process:
    for process in psutil.process_iter():
        try:
            if is_wanted(process.cmdline()):
                return process
        except psutil.Error:
            continue
    raise LookupError


def _servers(data: DataFolder, environment: dict[str, str]) -> dict[str, psutil.Process]:
    socket = environment["REDIS_URL"].removeprefix("unix://")
    postgres = str(data.postgres)
    return {
        "Valkey": _process(lambda words: f"unixsocket:{socket}" in words),
        "PostgreSQL": _process(lambda words: words[1:3] == ["-D", postgres]),
        "servers": _process(lambda words: words[2:4] == ["warroom.up.embedded", str(data.path)]),
    }


class WatchedBoard(Board):
    """A board whose sentences about a part can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.restarted: list[str] = []

    def started(self, name: str) -> None:
        super().started(name)
        self.restarted.append(name)


def test_what_dies_is_started_again_and_nothing_is_left(folder: DataFolder) -> None:
    """Some 10 s: a database is made, and started four times."""
    board = WatchedBoard()
    with running_servers(folder, fast=True, board=board) as environment:
        for name in ("Valkey", "PostgreSQL", "servers"):
            board.restarted.clear()
            _servers(folder, environment)[name].kill()
            until(lambda: bool(board.restarted), "what was killed runs again")
            assert board.restarted == [name]
            assert _works(environment)
        processes = _servers(folder, environment)
        processes["servers"].kill()
    _, alive = psutil.wait_procs(processes.values(), timeout=10)
    assert alive == []


def test_an_empty_secret_is_no_secret(folder: DataFolder) -> None:
    (folder.path / "secret_key").touch()

    with pytest.raises(NoServers, match="is too short to sign anything"):
        folder.secret_key()
    (folder.path / "secret_key").unlink()
    assert len(folder.secret_key().encode()) >= 32

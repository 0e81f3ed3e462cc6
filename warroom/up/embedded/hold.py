"""Asks the holder process for servers, starts it again if it dies, and lets go of it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from warroom.up.embedded.data import BASE_DIR, DataFolder, NoServers
from warroom.up.orphans import end_valkey
from warroom.up.parts import Backoff, Board


@contextmanager
def running_servers(
    data: DataFolder, *, fast: bool = False, once: bool = False, board: Board | None = None
) -> Iterator[dict[str, str]]:
    """Servers on ``data`` for the length of the block; yields the environment that names them.

    What dies is started again at the same address, unless ``once``; ``board`` is told of it.
    """
    data.make()
    holder = _Holder(data, fast, once, board)
    try:
        yield holder.start()
    finally:
        holder.stop()


@contextmanager
def thrown_away() -> Iterator[dict[str, str]]:
    """Fast servers whose data goes with them, for tests and benchmarks, which may kill them."""
    with (
        tempfile.TemporaryDirectory(prefix="warroom-", dir=short_folder()) as folder,
        running_servers(DataFolder(Path(folder)), fast=True, once=True) as environment,
    ):
        yield environment


def short_folder() -> str:
    """Where a socket's path stays below the 104 characters that systems allow."""
    return "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()  # noqa: S108


class _Holder:
    def __init__(self, data: DataFolder, fast: bool, once: bool, board: Board | None) -> None:
        self._data, self._fast, self._once, self._board = data, fast, once, board
        self._sockets = ""
        self._ending = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> dict[str, str]:
        environment = self._spawn()
        if self._board:
            for name in ("PostgreSQL", "Valkey"):
                self._board.started(name)
        self._thread = threading.Thread(target=self._follow, name="servers", daemon=True)
        self._thread.start()
        return environment

    def _spawn(self) -> dict[str, str]:
        argv = [sys.executable, "-m", "warroom.up.embedded", str(self._data.path)]
        argv += ["--fast"] if self._fast else []
        argv += ["--once"] if self._once else []
        argv += ["--sockets", self._sockets] if self._sockets else []
        with self._lock:
            if self._ending.is_set():
                raise NoServers("They are being stopped.")
            # In a session of its own: Ctrl-C in the terminal reaches us, and we stop the servers
            # last.
            self._process = subprocess.Popen(
                argv,
                cwd=BASE_DIR,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        answer = json.loads(self._output.readline() or "{}")
        if "sockets" not in answer:
            code = self._process.wait()
            cause = f"The process that holds the servers ended with {code}, without a word."
            raise NoServers(answer.get("refused", cause))
        self._sockets = answer.pop("sockets")
        environment: dict[str, str] = answer
        return environment

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _follow(self) -> None:
        """Report what happens; a holder that was killed has a successor."""
        backoff = Backoff()
        while True:
            for line in self._output:
                self._report(json.loads(line))
            cause = f"ended with {self._process.wait()}"
            if self._once or not self._revive(backoff, cause):
                return

    def _report(self, event: dict[str, object]) -> None:
        if self._board is None:
            return
        match event:
            case {"ended": str(name), "cause": str(cause), "pause": int() | float() as pause}:
                self._board.ended(name, cause, pause)
            case {"started": str(name)}:
                self._board.started(name)
            case {"failed": str(name), "cause": str(cause)}:
                self._board.give_up(name, cause)

    def _revive(self, backoff: Backoff, cause: str) -> bool:
        """False when it is to end, or was tried often enough."""
        while not self._ending.is_set():
            pause = backoff.next_pause()
            if pause is None or (self._board and self._board.failed.is_set()):
                self._report({"failed": "servers", "cause": cause})
                return False
            self._report({"ended": "servers", "cause": cause, "pause": pause})
            self._ending.wait(pause)
            try:
                backoff.started()
                self._spawn()
            except NoServers as error:
                cause = str(error)
                continue
            self._report({"started": "servers"})
            return True
        return False

    def stop(self) -> None:
        with self._lock:
            self._ending.set()
        if not hasattr(self, "_process"):
            return
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        code = self._process.wait()
        if hasattr(self, "_thread"):
            self._thread.join()
        self._output.close()
        if code < 0:
            self._clear_up()

    def _clear_up(self) -> None:
        """After a holder that was killed: nobody else would stop its servers."""
        from warroom.up.embedded import postgres

        if self._sockets:
            sockets = Path(self._sockets)
            end_valkey(sockets / "valkey" / "socket")
            postgres.Server(self._data.postgres, sockets / "pg", self._data.postgres_log).stop()
            shutil.rmtree(sockets, ignore_errors=True)

"""A whole Warroom as ``manage.py up`` runs it, on servers of its own that can be made to fail.

PostgreSQL keeps what it acknowledged through a crash, as in production. Valkey is reached through a
``Line``, which can be cut. Each process is found by what runs in it, as an operator finds it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg
from aiosmtpd.controller import Controller

from tests.faults.line import Line
from tests.helpers.database import copy_tables
from warroom.up.embedded import postgres, valkey
from warroom.up.embedded.data import BASE_DIR
from warroom.up.embedded.hold import short_folder
from warroom.up.orphans import MARK
from warroom.up.supervisor import Shape, served

TIMEOUT_SECONDS = 300.0
"""Seconds until we give up; nothing here is judged by how long it takes."""

_OURS = ("HOST", "PORT", "PYTHONDONTWRITEBYTECODE")


def until(
    happens: Callable[[], bool], what: str, timeout_seconds: float = TIMEOUT_SECONDS
) -> float:
    """Seconds until it happened."""
    began, pause = time.monotonic(), threading.Event()
    while not happens():
        assert time.monotonic() - began < timeout_seconds, (
            f"In {timeout_seconds:.0f} s it did not happen: {what}"
        )
        pause.wait(0.1)
    return time.monotonic() - began


class Mailbox:
    """How often each mail arrived, by its recipient and subject."""

    def __init__(self) -> None:
        self.came: Counter[tuple[str, str]] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        head = envelope.content.decode().replace("\r\n ", " ")
        subject = next(line for line in head.splitlines() if line.lower().startswith("subject:"))
        self.came[envelope.rcpt_tos[0], subject.partition(":")[2].strip()] += 1
        return "250 Message accepted for delivery"


class Servers:
    """PostgreSQL, Valkey behind its line, and a mail server."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack, self._valkeys = folder, stack, 0
        self.database = self._start_postgres()
        self.line = stack.enter_context(closing(Line(self._start_valkey())))
        self.mailbox = Mailbox()
        self.smtp = _free_port()
        mail = Controller(self.mailbox, hostname="127.0.0.1", port=self.smtp)
        mail.start()
        stack.callback(mail.stop)

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database,
            "REDIS_URL": f"redis://127.0.0.1:{self.line.port}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp}",
            "WARROOM_DATA": str(self._folder / "data"),
            "REDIS_PREFIX": "faults",
            "DEMO": "1",  # static files without collecting them first
            "DEBUG": "0",
        }

    def stop_postgres(self) -> None:
        """As a crash does: every connection is cut, nothing is written down first."""
        pid = int((self._folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        until(lambda: not _runs(pid), "PostgreSQL ends")

    def start_postgres(self) -> None:
        assert self._start_postgres() == self.database

    def _start_postgres(self) -> str:
        return self._stack.enter_context(
            postgres.running(
                self._folder / "postgres", self._folder / "pg", self._folder / "postgres.log"
            )
        )

    def stop_valkey(self) -> None:
        self._valkey.kill()
        self._valkey.wait()

    def start_valkey(self) -> None:
        """A new one, which knows nothing."""
        self.line.target = self._start_valkey()

    def _start_valkey(self) -> Path:
        self._valkeys += 1
        before = set(psutil.Process().children())
        url = self._stack.enter_context(valkey.running(self._folder / f"valkey-{self._valkeys}"))
        started = set(psutil.Process().children()) - before
        self._valkey = next(one for one in started if one.name() == "valkey-server")
        return Path(url.removeprefix("unix://"))


class Cluster:
    """``manage.py up`` with several of each kind."""

    def __init__(self, servers: Servers, shape: Shape, folder: Path) -> None:
        self.servers, self.shape, self.port = servers, shape, _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._mark = servers.environment()["WARROOM_DATA"]
        self.seeded: dict[str, Any] = {}
        self._said = folder / "up.out"
        self.log = Path(self._mark) / "warroom.log"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _OURS}
        secret = {"SECRET_KEY": "of-a-cluster-that-is-thrown-away"}
        return {**kept, **self.servers.environment(), **secret, "BASE_URL": self.url}

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=BASE_DIR,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def seed(self, *words: str) -> None:
        """Tables, people with sessions, and incidents: see ``tests.faults.seed``."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.seed", *words],
            cwd=BASE_DIR,
            env=self.environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        self.seeded = json.loads(done.stdout)

    @contextmanager
    def up(self) -> Iterator[None]:
        counts = {"web": self.shape.web, "workers": self.shape.workers, "beats": self.shape.beats}
        words = [f"--{kind}={count}" for kind, count in counts.items()]
        with self._said.open("w") as said:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up", f"--port={self.port}", *words],
                cwd=BASE_DIR,
                env=self.environment(),
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        try:
            until(lambda: self._serves(process), "the first page is served")
            yield
        finally:
            process.terminate()
            process.wait(TIMEOUT_SECONDS)

    def _serves(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, self._said.read_text()
        return self.url.rpartition(":")[2] in self._said.read_text() and self.all_run()

    def all_run(self) -> bool:
        wanted = (self.shape.web, self.shape.workers, self.shape.beats)
        found = tuple(len(self.running(kind)) for kind in ("web", "worker", "beat"))
        return found == wanted and served(f"{self.url}/healthz")

    def running(self, kind: str) -> list[psutil.Process]:
        """The processes of one kind, oldest first."""
        word = {"web": "uvicorn"}.get(kind, kind)
        found = [one for one in psutil.process_iter() if self._is_one(one, word)]
        return sorted(found, key=lambda one: one.create_time())

    def _is_one(self, process: psutil.Process, word: str) -> bool:
        try:
            # The cheap questions first: this is asked of every process of the machine.
            python = process.name().startswith("python") and word in process.cmdline()
            return python and process.environ().get(MARK) == self._mark
        except (psutil.Error, OSError):
            return False

    def kill(self, kind: str, nth: int = 0) -> None:
        self.running(kind)[nth].kill()

    def serving(self, local_port: int) -> int:
        """The number of the web process that has the other end of one's connection."""
        for process in self.running("web"):
            with suppress(psutil.Error):
                ends = {c.raddr.port for c in process.net_connections("tcp") if c.raddr}
                if local_port in ends:
                    return process.pid
        raise LookupError(local_port)

    def asked(self, query: str, *values: Any, options: str = "") -> list[tuple[Any, ...]]:
        """Rows of the database, read past Warroom."""
        address = self.servers.database
        with psycopg.connect(address, autocommit=True, options=options) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def forced(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The same past every trigger: for what only the passing of time could bring about."""
        return self.asked(query, *values, options="-c session_replication_role=replica")


@contextmanager
def cluster(shape: Shape, *seeding: str, like: str = "") -> Iterator[Cluster]:
    """Seeded and running; with tables like those of a database that is there already."""
    with ExitStack() as stack:
        name = TemporaryDirectory(prefix="warroom-", dir=short_folder())
        folder = Path(stack.enter_context(name))
        if os.geteuid() == 0:
            folder.chmod(0o711)  # PostgreSQL's own account passes through
        made = Cluster(Servers(folder, stack), shape, folder)
        if like:
            copy_tables(like, made.servers.database)
        made.seed(*seeding)
        stack.enter_context(made.up())
        yield made


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _runs(pid: int) -> bool:
    with suppress(psutil.Error):
        return psutil.Process(pid).status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    return False

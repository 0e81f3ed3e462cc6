"""Beats, workers and a Valkey that can be killed, and thousands of deadlines for them to keep."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

import psycopg
from celery import Celery

from warroom.up.embedded import valkey
from warroom.up.embedded.data import BASE_DIR
from warroom.up.embedded.hold import short_folder

CELERY = ("celery", "--app", "warroom.celery", "--quiet")
WORKER = ("worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING",
          "--without-gossip", "--without-mingle", "--without-heartbeat")  # fmt: skip
SET_AHEAD = timedelta(minutes=4)
"""How long before its time a deadline was set: less than what asks for a reminder ahead."""


class House:
    """Processes on the database of the environment, and a Valkey of their own."""

    def __init__(self, database: str, output: int | None = None) -> None:
        self._stack = contextlib.ExitStack()
        folder = tempfile.TemporaryDirectory(prefix="warroom-", dir=short_folder())
        self._folder = Path(self._stack.enter_context(folder))
        self._valkey = contextlib.ExitStack()
        self._output = output
        self._beats = 0
        self._env = {**os.environ, "DATABASE_URL": database, "EMAIL_URL": "memory://"}
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "House":
        self._start_valkey()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for process in self._processes:
            self.kill(process)
        self._valkey.close()
        self._stack.close()

    def _start_valkey(self) -> None:
        address = self._valkey.enter_context(valkey.running(self._folder / "valkey"))
        self._env["REDIS_URL"] = address

    def empty_valkey(self) -> None:
        """Stop it, forget all that it held, and start it again at the same address."""
        self._valkey.close()
        shutil.rmtree(self._folder / "valkey")
        self._start_valkey()

    def worker(self, off: float = 0) -> subprocess.Popen[bytes]:
        """One whose clock may be off by so many seconds."""
        name = f"worker-{len(self._processes)}@here"
        return self._start(*CELERY, *WORKER, "--hostname", name, off=off)

    def until_ready(self, workers: int, timeout_seconds: float = 120) -> None:
        """Wait until so many workers answer."""
        broker = self._env["REDIS_URL"].replace("unix://", "redis+socket://", 1)
        app = Celery("asking", broker=broker, set_as_current=False)
        # Pools are shared by address: what was connected before a restart is let go of.
        for pool in (app.pool, app.amqp.producer_pool):
            pool.resize(pool.limit, reset=True)
        end = time.monotonic() + timeout_seconds
        while len(app.control.ping(timeout=1)) < workers:
            if time.monotonic() > end:
                raise SystemExit("The workers did not start")
        app.close()

    def beat(self) -> subprocess.Popen[bytes]:
        self._beats += 1
        schedule = str(self._folder / f"beat-{self._beats}")
        return self._start(*CELERY, "beat", "--schedule", schedule, "--pidfile=")

    def _start(self, *words: str, off: float = 0) -> subprocess.Popen[bytes]:
        before = ("benchmarks.peers.off_clock", str(off)) if off else ()
        process = subprocess.Popen(
            [sys.executable, "-m", *before, *words],
            cwd=BASE_DIR,
            env=self._env,
            stdout=self._output,
            stderr=self._output,
        )
        self._processes.append(process)
        return process

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()


class Seen(threading.Thread):
    """When each "due now" could first be read by others, by the database's clock."""

    EVERY = 0.1

    def __init__(self, database: str) -> None:
        super().__init__(daemon=True)
        self.database = database
        self.found: dict[tuple[int, str], list[datetime]] = defaultdict(list)
        self._ids: set[int] = set()
        self._over = threading.Event()
        self.looked = threading.Event()
        """Set whenever something new was seen; who waits for it clears it first."""

    def run(self) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            while not self._over.wait(self.EVERY):
                self._look(connection)
            self._look(connection)

    def _look(self, connection: psycopg.Connection) -> None:
        # Entries become visible in another order than they were numbered in.
        rows = connection.execute(_NEW, [max(self._ids, default=0) - 5000])
        for entry, incident, subject, at in rows:
            if entry not in self._ids:
                self._ids.add(entry)
                self.found[incident, subject].append(at)
                self.looked.set()

    def stop(self) -> None:
        self._over.set()
        self.join()


_NEW = """
    SELECT id, incident_id, subject, clock_timestamp() FROM incidents_timelineentry
    WHERE kind = 'checkpoint.due' AND id > %s
"""


@contextlib.contextmanager
def watched(database: str) -> Iterator[Seen]:
    seen = Seen(database)
    seen.start()
    try:
        yield seen
    finally:
        seen.stop()


class Deadlines:
    """Open checkpoints by the thousand, in the incidents in turn."""

    def __init__(self, incidents: int, now: datetime) -> None:
        from incidents.models import Assignment, Incident, Person
        from incidents.timeline.row_checks import lifted
        from incidents.vocabulary import RoleName, Severity

        by = Person.objects.create(username=f"beaten-{now:%H%M%S}", name="Mara", password="!")
        # Rows by the thousand, without their entries.
        with lifted():
            self.numbers = [
                one.pk
                for one in Incident.objects.bulk_create(
                    Incident(
                        title=f"Sign-in fails, {n}",
                        severity=Severity.SEV3,
                        declared_at=now - timedelta(hours=1),
                        declared_by=by,
                    )
                    for n in range(incidents)
                )
            ]
            Assignment.objects.bulk_create(
                Assignment(
                    incident_id=number,
                    role=RoleName.COMMANDER,
                    person=by,
                    since=now - timedelta(hours=1),
                )
                for number in self.numbers
            )
        self._count: dict[int, int] = defaultdict(int)

    def add(self, times: list[datetime]) -> dict[tuple[int, str], datetime]:
        """A checkpoint for each time, in the incidents in turn."""
        from incidents.models import Checkpoint
        from incidents.timeline.row_checks import lifted

        made = []
        for turn, due_at in enumerate(times):
            number = self.numbers[turn % len(self.numbers)]
            self._count[number] += 1
            made.append(
                Checkpoint(
                    incident_id=number,
                    number=self._count[number],
                    due_at=due_at,
                    scheduled_at=due_at - SET_AHEAD,
                )
            )
        with lifted():
            Checkpoint.objects.bulk_create(made, batch_size=5000)
        return {(one.incident_id, one.reference): one.due_at for one in made}


def until_all(seen: Seen, wanted: dict[tuple[int, str], datetime], timeout_seconds: float) -> None:
    """Wait until each was seen, or for so long after the last one was due."""
    over = time.monotonic() + timeout_seconds
    while time.monotonic() < over and not wanted.keys() <= seen.found.keys():
        time.sleep(0.1)

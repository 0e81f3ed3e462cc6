"""A spike of readers on the status page: what does one more of them cost?

Three servers, each a uvicorn process with httptools and uvloop, asked in interleaved rounds by the
same number of connections: Warroom's ``/status/``, an ASGI application that only knows the same
bytes, and the same page as a Django view. Then, while readers go on asking: the time from the
commit of an update to the first answer that holds it, through a real worker. Then the memory of the
web process before and after 200,000 requests. Ends with one JSON line; exit status 1 when a limit
is missed.
"""

import contextlib
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

import httpx
import psutil

from benchmarks import crowd
from benchmarks.stage import UVICORN, environment, expect, free_port, paired

CONNECTIONS = 32
ROUNDS = int(os.environ.get("ROUNDS", "7"))
SECONDS = float(os.environ.get("SECONDS", "2"))
PUBLISHED = int(os.environ.get("PUBLISHED", "9"))
REQUESTS = int(os.environ.get("REQUESTS", "200000"))
WARM_UP = 20_000
TIMEOUT_SECONDS = 30.0

PAGE = "/status/"
BARE = ("--http", "httptools")
"""The plain answer's parser is uvicorn's own, so what ours adds to it counts as ours."""

MIN_OF_PLAIN, MIN_OF_DJANGO = 0.8, 30.0
MAX_SECONDS, MAX_GROWTH_MIB = 1.0, 2.0
"""Seconds from commit to the new bytes; MiB of private memory."""


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    process: psutil.Process


@contextlib.contextmanager
def started(*command: str) -> Iterator[psutil.Process]:
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=HERE.parent)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def server(application: str, *more: str) -> Iterator[Server]:
    """From the moment at which it answers the page."""
    port = free_port()
    options = [*UVICORN, "--timeout-keep-alive", "600", *more]
    with started("uvicorn", *options, "--port", str(port), application) as process:
        until = time.monotonic() + TIMEOUT_SECONDS
        while not _answers(port):
            if time.monotonic() > until:
                raise SystemExit(f"{application} did not start")
            time.sleep(0.1)
        yield Server(port, process)


def _answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}{PAGE}", timeout=10).status_code == 200
    return False


class Room:
    """An incident on a site of eight surfaces, of which 90 days are told."""

    def __init__(self) -> None:
        from django.contrib.auth.models import Group as SiteGroup
        from django.core.management import call_command

        from incidents.models import Person, Surface
        from incidents.vocabulary import Group

        for command in ("migrate", "createcachetable"):
            call_command(command, verbosity=0)
        self.by = Person.objects.create(username="mara", name="Mara", password="!")
        SiteGroup.objects.get_or_create(name=Group.RESPONDER)[0].user_set.add(self.by)
        self.surfaces = [
            Surface.objects.create(name=f"Service {n}", slug=f"service-{n}", position=n)
            for n in range(8)
        ]
        for days in range(85, 1, -7):
            self.over(datetime.now(UTC) - timedelta(days=days))
        self.now = datetime.now(UTC)
        self.incident = self.declare(self.now)
        self.published = 0
        self.publish()

    def declare(self, at: datetime) -> int:
        from incidents.actions.lifecycle import Declaration, declare
        from incidents.vocabulary import Severity

        declaration = Declaration(
            title="Sign-in fails after release",
            severity=Severity.SEV1,
            surfaces=tuple(self.surfaces[:1]),
        )
        return declare(self.by.as_actor(), declaration, now=at).pk

    def say(self, incident: int, at: datetime, **other: Any) -> None:
        from comms.actions import UpdateInput, publish_update

        fields: dict[str, Any] = {
            "audience": "public",
            "progress": "investigating",
            "headline": "Some people cannot sign in",
            "impact": "Signing in fails for about one person in three. Open sessions stay.",
            "mitigation": "We look for what changed in today’s release.",
            "unknowns": ("Whether trying again helps",),
            "next_at": at + timedelta(minutes=20),
            "surfaces": {self.surfaces[0].pk: "partial_outage"},
        }
        publish_update(self.by.as_actor(), incident, UpdateInput(**(fields | other)), now=at)

    def over(self, at: datetime) -> None:
        """An incident of long ago: its end as a row, since nothing was mitigated here."""
        from comms.models import Update
        from incidents.timeline.row_checks import lifted

        incident = self.declare(at)
        self.say(incident, at)
        with lifted():
            Update.objects.create(
                incident_id=incident,
                number=2,
                audience="public",
                progress="recovered",
                headline="Some people could not sign in",
                impact="Everybody can sign in again.",
                mitigation="We switched off the part of the release that caused it.",
                no_unknowns="The cause is known and mended.",
                severity="1",
                published_at=at + timedelta(minutes=15),
                published_by=self.by,
            )

    def publish(self) -> float:
        """One more update, as the room publishes it; returns when it was committed."""
        self.now = max(self.now + timedelta(milliseconds=1), datetime.now(UTC))
        # The same words are not published twice within a minute.
        self.published += 1
        self.say(self.incident, self.now, headline=f"Some sign-ins fail ({self.published})")
        return time.perf_counter()


@contextlib.contextmanager
def asking(to: Server, *accepts: str, size: int = CONNECTIONS) -> Iterator[Any]:
    """A crowd in a process of its own that waits for orders."""
    asks = [crowd.request(to.port, PAGE, one) for one in accepts]
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    client = context.Process(target=crowd.serve, args=(theirs, to.port, asks, size), daemon=True)
    client.start()
    try:
        expect(pipe, TIMEOUT_SECONDS)
        yield pipe
        pipe.send(None)
        client.join(TIMEOUT_SECONDS)
    finally:
        client.kill()


def throughput(servers: dict[str, Server]) -> dict[str, list[float]]:
    """Answers a second, a list for each server; the first round only warms up."""
    took: dict[str, list[float]] = {name: [] for name in servers}
    with contextlib.ExitStack() as stack:
        pipes = {name: stack.enter_context(asking(one, crowd.BR)) for name, one in servers.items()}
        names = list(servers)
        for number in range(ROUNDS + 1):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                pipes[name].send({"seconds": SECONDS})
                rate = expect(pipes[name], SECONDS + TIMEOUT_SECONDS)
                if number:
                    took[name].append(rate)
    return took


def time_to_readers(room: Room, ours: Server) -> list[float]:
    """Seconds from commit to the first answer that holds the update, while a crowd asks."""
    found = []
    with (
        asking(ours, crowd.BR, size=8) as pipe,
        httpx.Client(base_url=f"http://127.0.0.1:{ours.port}") as client,
    ):
        pipe.send({"seconds": PUBLISHED * 2 + 2.0})
        for _ in range(PUBLISHED):
            time.sleep(0.5)
            before = _newest(client)
            committed = room.publish()
            until = committed + TIMEOUT_SECONDS
            while _newest(client) == before:
                if time.perf_counter() > until:
                    raise SystemExit("An update was not served")
                time.sleep(0.002)
            found.append(time.perf_counter() - committed)
        expect(pipe, TIMEOUT_SECONDS + PUBLISHED * 2)
    return found


def _newest(client: httpx.Client) -> int:
    """How many updates the active incident is shown with."""
    answer = client.get("/status/api/v2/incidents/unresolved.json").raise_for_status()
    return len(answer.json()["incidents"][0]["incident_updates"])


def growth(ours: Server) -> float:
    """MiB that the web process has after ``REQUESTS`` more, of its own, than before."""
    with asking(ours, crowd.BR, "gzip", crowd.PLAIN) as pipe:
        sizes = []
        for answers in (WARM_UP, REQUESTS):
            pipe.send({"answers": answers})
            expect(pipe, 600)
            sizes.append(float(ours.process.memory_full_info().uss) / 2**20)
    before, after = sizes
    print(f"{before:.1f} MiB after {WARM_UP} requests, {after:.1f} after {REQUESTS} more")
    return after - before


def report(took: dict[str, list[float]], to_readers: list[float], grown: float) -> int:
    print(f"{CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s, answers a second")
    print(f"{'':<12}{'median':>9}{'best':>9}{'worst':>9}")
    for name, rates in took.items():
        figures = (statistics.median(rates), max(rates), min(rates))
        print(f"{name:<12}" + "".join(f"{rate:9.0f}" for rate in figures))
    found = {
        "ours_vs_plain": paired(took["ours"], took["plain"]),
        "ours_vs_django": paired(took["ours"], took["django"]),
        "seconds_to_readers": round(statistics.median(to_readers), 3),
        "slowest_seconds_to_readers": round(max(to_readers), 3),
        "growth_mib": round(grown, 2),
        "requests": REQUESTS,
    }
    print(json.dumps(found))
    good = found["ours_vs_plain"] >= MIN_OF_PLAIN
    good &= found["ours_vs_django"] >= MIN_OF_DJANGO
    good &= found["seconds_to_readers"] <= MAX_SECONDS
    return 0 if good and grown <= MAX_GROWTH_MIB else 1


def main() -> int:
    with environment(), tempfile.TemporaryDirectory() as folder:
        import django

        django.setup()
        room = Room()
        worker = ["--app", "warroom.celery", "--quiet", "worker", "--pool", "threads"]
        worker += ["--concurrency", "2", "--loglevel", "ERROR", "--without-gossip"]
        with (
            server("warroom.asgi:application") as ours,
            started("celery", *worker, "--without-mingle", "--without-heartbeat"),
        ):
            with server("warroom.asgi:pages") as view:
                body = Path(folder) / "body"
                address = f"http://127.0.0.1:{ours.port}{PAGE}"
                with httpx.stream("GET", address, headers={"Accept-Encoding": "br"}) as answer:
                    body.write_bytes(b"".join(answer.iter_raw()))
                print(f"{PAGE} is {body.stat().st_size} bytes on the wire")
                os.environ["PLAIN_BODY"] = str(body)
                with server("benchmarks.peers.status_plain:application", *BARE) as plain:
                    took = throughput({"ours": ours, "plain": plain, "django": view})
            return report(took, time_to_readers(room, ours), growth(ours))


if __name__ == "__main__":
    raise SystemExit(main())

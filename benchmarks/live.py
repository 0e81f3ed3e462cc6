"""1,000 browsers in one room: how long from the commit until the last of them has the entry?

Three servers side by side, each its own process, the same bytes to the same number of connections,
in interleaved rounds: ours (commit → publish → hub → read, render, send), the raw floor
(``websockets.broadcast`` behind Redis pub/sub) and the idiomatic Channels group consumer. The two
peers are handed the finished message. Ends with one JSON line of ratios; exit status 1 when ours
takes more than 1.5 times the floor or the idiomatic one less than 4 times ours.
"""

import asyncio
import contextlib
import json
import multiprocessing
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from benchmarks import viewers
from benchmarks.peers.names import CHANNEL, GROUP, PREFIX
from warroom.embedded import thrown_away

VIEWERS = int(os.environ.get("VIEWERS", "1000"))
ROUNDS = int(os.environ.get("ROUNDS", "15"))
WARM_UP = 3
PATIENCE = 20.0
AT_MOST_OF_FLOOR, AT_LEAST_OF_OURS = 1.5, 4.0

UVICORN = [
    "--host",
    "127.0.0.1",
    "--backlog",
    "2048",
    "--log-level",
    "warning",
    "--no-access-log",
]
UVICORN += ["--ws-per-message-deflate", "false", "--loop", "uvloop"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """PostgreSQL and Valkey of our own, thrown away afterwards, and the settings that name them."""
    with thrown_away() as names:
        os.environ.update(names)
        os.environ["SECRET_KEY"] = secrets.token_hex(32)
        os.environ["DJANGO_SETTINGS_MODULE"] = "warroom.settings"
        os.environ["LOG_LEVEL"] = "WARNING"
        os.environ["DEMO"] = "true"  # static files without collecting them first
        yield


@contextlib.contextmanager
def running(*command: str, port: int) -> Iterator[int]:
    """A server process, from the moment its port answers."""
    process = subprocess.Popen([sys.executable, *command], cwd=HERE.parent)
    try:
        deadline = time.monotonic() + 30
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{' '.join(command)} did not start")
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port), 1),
            ):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def a_room() -> tuple[int, list[str]]:
    """An incident, and a signed-in session for each viewer (each a person of their own)."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import Group as SiteGroup
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from incidents.actions.lifecycle import Declaration, declare
    from incidents.models import Person
    from incidents.vocabulary import Group, Severity

    call_command("migrate", verbosity=0)
    group, _ = SiteGroup.objects.get_or_create(name=Group.RESPONDER)
    people = Person.objects.bulk_create(
        Person(username=f"viewer-{n}", name=f"Viewer {n}", password=f"!{n}") for n in range(VIEWERS)
    )
    group.user_set.add(*people)
    cookies = []
    for person in people:
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        cookies.append(f"sessionid={session.session_key}")
    said = Declaration(title="Sign-in fails after release", severity=Severity.SEV1)
    incident = declare(people[0].as_actor(), said, now=datetime.now(UTC) - timedelta(minutes=20))
    return incident.pk, cookies


class Writers:
    """One way to say something new for each server; each returns when its commit had happened."""

    def __init__(self, incident_id: int) -> None:
        from channels_redis.pubsub import RedisPubSubChannelLayer
        from redis import Redis

        url = os.environ["REDIS_URL"]
        self.incident_id = incident_id
        self.redis = Redis.from_url(url)
        self.layer = RedisPubSubChannelLayer(hosts=[url], prefix=PREFIX)
        self.runner = asyncio.Runner()
        self.message, self.last_seq = "", 0

    def ours(self) -> float:
        """One timeline entry, recorded and pushed as every action does it."""
        from django.db import transaction

        from incidents.models import Person
        from incidents.timeline.record import lock, record

        moments: list[float] = []
        actor = Person.objects.order_by("pk")[0].as_actor()
        with transaction.atomic(durable=True):
            incident = lock(self.incident_id)
            transaction.on_commit(lambda: moments.append(time.perf_counter()))
            text = "Error rate back at 0.3 % in four of five regions; eu-west stays at 18 %. " * 4
            record(incident, "note.added", actor, datetime.now(UTC), text=text)
        self.last_seq = incident.last_seq
        return moments[0]

    def learn(self) -> None:
        """What ours has just sent is what the peers are given to send."""
        from incidents.live import catchup, messages

        found = catchup.missed(self.incident_id, self.last_seq - 1)
        self.message = messages.encode(messages.entries(found.fragments))

    def raw(self) -> float:
        moment = time.perf_counter()
        self.redis.publish(CHANNEL, self.message)
        return moment

    def idiomatic(self) -> float:
        """``group_send`` of the layer, on a loop and a connection that are already open."""
        message = {"type": "entry", "text": self.message}
        moment = time.perf_counter()
        self.runner.run(self.layer.group_send(GROUP, message))
        return moment


def measure(ports: dict[str, int], incident_id: int, cookies: list[str]) -> dict[str, list[float]]:
    """Seconds from commit to last delivery, a list for each server."""
    nobody = [""] * VIEWERS
    seats = {
        "ours": [(ports["ours"], f"/ws/INC-{incident_id}/?after=999999", c) for c in cookies],
        "raw": [(ports["raw"], "/", c) for c in nobody],
        "idiomatic": [(ports["idiomatic"], "/ws/", c) for c in nobody],
    }
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    client = context.Process(target=viewers.watch, args=(theirs, seats), daemon=True)
    client.start()
    try:
        return _rounds(pipe, Writers(incident_id))
    finally:
        client.kill()


def _rounds(pipe: Any, writers: Writers) -> dict[str, list[float]]:
    expect(pipe, 120)
    names = ["ours", "raw", "idiomatic"]
    took: dict[str, list[float]] = {name: [] for name in names}
    for number in range(WARM_UP + ROUNDS):
        turn = number % 3 if number else 0
        for name in names[turn:] + names[:turn]:
            pipe.send((name, PATIENCE))
            expect(pipe, PATIENCE)
            started = getattr(writers, name)()
            ended = expect(pipe, PATIENCE + 5)
            if number >= WARM_UP:
                took[name].append(ended - started)
            if name == "ours":
                writers.learn()
            time.sleep(0.4)
    pipe.send(None)
    return took


def expect(pipe: Any, seconds: float) -> Any:
    if not pipe.poll(seconds):
        raise SystemExit("The viewers did not answer in time")
    return pipe.recv()


def paired(these: list[float], those: list[float]) -> float:
    """The median of the rounds' ratios."""
    rounds = [one / other for one, other in zip(these, those, strict=True)]
    return round(statistics.median(rounds), 2)


def report(took: dict[str, list[float]]) -> int:
    middle = {name: statistics.median(times) for name, times in took.items()}
    print(f"{VIEWERS} viewers of one room, {ROUNDS} rounds, commit to last delivery, ms")
    print(f"{'':<12}{'median':>8}{'best':>8}{'worst':>8}")
    for name, times in took.items():
        figures = (middle[name], min(times), max(times))
        print(f"{name:<12}" + "".join(f"{seconds * 1000:8.1f}" for seconds in figures))
    # Round by round: what else the machine does weighs on the neighbours of a round alike.
    ratios = {
        "ours_vs_raw": paired(took["ours"], took["raw"]),
        "idiomatic_vs_ours": paired(took["idiomatic"], took["ours"]),
    }
    print(json.dumps(ratios))
    good = ratios["ours_vs_raw"] <= AT_MOST_OF_FLOOR
    return 0 if good and ratios["idiomatic_vs_ours"] >= AT_LEAST_OF_OURS else 1


def main() -> int:
    with environment():
        import django

        django.setup()
        incident_id, cookies = a_room()
        ports = {name: free_port() for name in ("ours", "raw", "idiomatic")}
        uvicorn = ["-m", "uvicorn", *UVICORN, "--port"]
        peer = ["benchmarks.peers.live_idiomatic:application", "--lifespan", "off"]
        with (
            running(
                *uvicorn,
                str(ports["ours"]),
                "warroom.asgi:application",
                port=ports["ours"],
            ),
            running(
                "-m",
                "benchmarks.peers.live_raw",
                str(ports["raw"]),
                os.environ["REDIS_URL"],
                port=ports["raw"],
            ),
            running(*uvicorn, str(ports["idiomatic"]), *peer, port=ports["idiomatic"]),
        ):
            return report(measure(ports, incident_id, cookies))


if __name__ == "__main__":
    raise SystemExit(main())

"""What the benchmarks of the room share: servers, a room with people, ways to say something new."""

import asyncio
import contextlib
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

import psutil

from benchmarks.peers.names import CHANNEL, GROUP, PREFIX
from warroom.server.uvicorn_options import OPTIONS
from warroom.up.embedded import thrown_away

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_SECONDS = 120.0
"""Seconds that a server has to start."""

UVICORN = [
    "--host",
    "127.0.0.1",
    "--backlog",
    "2048",
    "--log-level",
    "warning",
    *OPTIONS,
]


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


def started(*command: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, *command], cwd=ROOT)


def until_it_answers(port: int) -> None:
    """Return once a server listens there."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 1),
        ):
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"Nothing listens on port {port}")
        time.sleep(0.05)


@contextlib.contextmanager
def running(*command: str, port: int) -> Iterator[psutil.Process]:
    """A server process, from the moment its port answers."""
    process = started(*command)
    try:
        until_it_answers(port)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def a_room(viewers: int) -> tuple[int, list[str]]:
    """An incident, and a signed-in session for each viewer (each a person of their own)."""
    from django.contrib.auth.models import Group as SiteGroup
    from django.core.management import call_command

    from incidents.actions.lifecycle import Declaration, declare
    from incidents.models import Person
    from incidents.vocabulary import Group, Severity

    call_command("migrate", verbosity=0)
    group, _ = SiteGroup.objects.get_or_create(name=Group.RESPONDER)
    people = Person.objects.bulk_create(
        Person(username=f"viewer-{n}", name=f"Viewer {n}", password=f"!{n}") for n in range(viewers)
    )
    group.user_set.add(*people)
    declaration = Declaration(title="Sign-in fails after release", severity=Severity.SEV1)
    incident = declare(
        people[0].as_actor(), declaration, now=datetime.now(UTC) - timedelta(minutes=20)
    )
    return incident.pk, [f"sessionid={key}" for key in sessions(people)]


def sessions(people: list[Any]) -> list[str]:
    """The keys of a session for each, as signing in makes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    def session(person: Any) -> Session:
        data = {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: person.get_session_auth_hash(),
        }
        until = datetime.now(UTC) + timedelta(days=1)
        key, encoded = secrets.token_hex(16), SessionStore().encode(data)
        return Session(session_key=key, session_data=encoded, expire_date=until)

    return [one.session_key for one in Session.objects.bulk_create(map(session, people))]


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

        from incidents.locking import lock
        from incidents.models import Person
        from incidents.timeline.record import record

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
        from live import catchup, messages

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


def expect(pipe: Any, seconds: float) -> Any:
    if not pipe.poll(seconds):
        raise SystemExit("The viewers did not answer in time")
    return pipe.recv()


def paired(these: list[float], those: list[float]) -> float:
    """The median of the rounds' ratios."""
    rounds = [one / other for one, other in zip(these, those, strict=True)]
    return round(statistics.median(rounds), 2)

"""Each of many followers is told once, while the worker that tells them is killed now and then.

The servers are real, the worker is Celery's, and it is killed with SIGKILL by the very server that
it is talking to: with the message handed over and the answer not given, or right before that.
"""

import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from celery import Celery

from comms.actions.parallel_sending import MAX_IN_FLIGHT
from comms.delivery import fan_out
from comms.delivery.webhook import PREFIX
from comms.models import Delivery, Subscriber
from incidents.models import Incident
from kernel import clock
from tests.comms.status.published import say
from tests.helpers.servers import database
from tests.helpers.tiers import in_tier
from warroom.up.embedded import thrown_away
from warroom.up.embedded.data import BASE_DIR

EACH = in_tier(test=50, prove=500)
"""Followers by mail, and as many by webhook."""


def at_percent(*percents: int) -> frozenset[int]:
    """When so many of a hundred followers were told."""
    return frozenset(EACH * percent // 100 for percent in percents)


DIES_AFTER_MAIL = at_percent(*in_tier(test=(24,), prove=(24, 80)))
DIES_BEFORE_MAIL = at_percent(50)
DIES_AFTER_HOOK = at_percent(*in_tier(test=(50,), prove=(20, 50, 84)))


TIMEOUT_SECONDS = 90.0
State = Delivery.State

pytestmark = pytest.mark.django_db(transaction=True)


class Worker:
    """Celery's, on the test's database and a broker of its own; started anew when it died."""

    def __init__(self, servers: dict[str, str], **env: str) -> None:
        url = servers["REDIS_URL"]
        self._env = {**os.environ, **env, "DATABASE_URL": database(), "REDIS_URL": url}
        broker = url.replace("unix://", "redis+socket://", 1)
        self._app = Celery("test", broker=broker, set_as_current=False)
        self._process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.died = threading.Event()

    def ask(self) -> None:
        """What the tick does: see that somebody is at work, and ask."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "--app", "warroom.celery", "--quiet"),
                    *("worker", "--pool", "threads", "--concurrency", "2"),
                ],
                cwd=BASE_DIR,
                env=self._env,
                stderr=subprocess.DEVNULL,
            )
        self._app.send_task("comms.deliver")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.deaths += 1
        self.died.set()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Told:
    """Who was told how often, by servers that kill the worker at given moments."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._moments = itertools.count(1)
        self.kill_at: frozenset[int] = frozenset()
        self.kill_before: frozenset[int] = frozenset()
        self.worker: Worker | None = None

    def got(self, who: str) -> None:
        """The whole message is here; nobody was told so yet."""
        with self._lock:
            self.times[who] += 1
            dies = len(self.times) in self.kill_at
        if dies and self.worker is not None:
            self.worker.kill()

    def asked(self) -> None:
        """Somebody is about to hand a message over."""
        if next(self._moments) in self.kill_before and self.worker is not None:
            self.worker.kill()


class _Mailbox:
    def __init__(self, told: Told) -> None:
        self.told = told

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        self.told.asked()
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.told.got(envelope.rcpt_tos[0])
        return "250 Message accepted for delivery"


class _Hooks(ThreadingHTTPServer):
    def __init__(self, told: Told) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.told = told


class _Hook(BaseHTTPRequestHandler):
    server: _Hooks

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        if len(self.rfile.read(length)) < length:
            # Its sender died before the last byte: any receiver discards such a request.
            self.close_connection = True
            return
        self.server.told.got(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def servers() -> Iterator[dict[str, str]]:
    with thrown_away() as found:
        yield found


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def smtp(told: Told) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(_Mailbox(told), hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def hooks(told: Told) -> Iterator[str]:
    with _Hooks(told) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _publish(incident: Incident, kind: str, addresses: list[str]) -> None:
    since = clock.now() - timedelta(days=1)
    Subscriber.objects.bulk_create(
        Subscriber(
            kind=kind, address=one, asked_at=since, confirmed_at=since, secret=f"{PREFIX}c2VjcmV0"
        )
        for one in addresses
    )
    now = clock.now()
    fan_out.announce_step(say(incident, now), now)


def _until_all_are_told(worker: Worker) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    waiting = Delivery.objects.filter(state__in=[State.WAITING, State.SENDING, State.HANDED])
    while not Delivery.objects.exists() or waiting.exists():
        assert time.monotonic() < end, f"{waiting.count()} still wait"
        worker.ask()
        worker.died.clear()
        worker.died.wait(1)


def test_mail(servers: dict[str, str], told: Told, smtp: str, incident: Incident) -> None:
    told.kill_at, told.kill_before = DIES_AFTER_MAIL, DIES_BEFORE_MAIL
    told.worker = worker = Worker(servers, EMAIL_URL=smtp)
    addresses = [f"reader{number}@example.test" for number in range(EACH)]
    _publish(incident, "email", addresses)

    try:
        _until_all_are_told(worker)
    finally:
        worker.stop()

    unsure = len(DIES_AFTER_MAIL)
    assert worker.deaths == unsure + len(DIES_BEFORE_MAIL)
    assert told.times == Counter(addresses)
    assert Delivery.objects.filter(state=State.UNSURE).count() == unsure
    assert Delivery.objects.filter(state=State.SENT).count() == EACH - unsure


def test_webhooks(servers: dict[str, str], told: Told, hooks: str, incident: Incident) -> None:
    told.kill_at = DIES_AFTER_HOOK
    told.worker = worker = Worker(servers, OUTGOING_ALLOW="127.0.0.0/8")
    paths = [f"/hook/{number}" for number in range(EACH)]
    _publish(incident, "webhook", [f"{hooks}{path}" for path in paths])

    try:
        _until_all_are_told(worker)
    finally:
        worker.stop()

    # Several are handed over at once, so of each death some answers are not heard. Nobody is told
    # twice, and of whoever was perhaps not told it is known.
    unsure = Delivery.objects.filter(state=State.UNSURE)
    assert worker.deaths == len(DIES_AFTER_HOOK)
    assert set(told.times.values()) == {1}
    assert worker.deaths <= unsure.count() <= worker.deaths * MAX_IN_FLIGHT
    untold = {path for path in paths if path not in told.times}
    assert untold <= {row.subscriber.address.removeprefix(hooks) for row in unsure}
    assert Delivery.objects.filter(state=State.SENT).count() == EACH - unsure.count()

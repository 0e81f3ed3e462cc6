"""A room when a web process dies under its browsers, and when one browser reads nothing.

The web processes are real, on the test's database and Valkey; the browsers are raw sockets that
reconnect as the page's script does.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.contrib.auth.models import Group as SiteGroup
from django.db import connection

from benchmarks import returning
from benchmarks.returning import Crowd
from benchmarks.stage import free_port, sessions, until_it_answers
from benchmarks.viewers import answered, handshake
from incidents.models import Incident, Person, TimelineEntry
from incidents.vocabulary import Group
from tests.helpers.tiers import in_tier
from tests.live.conftest import note
from warroom.server.uvicorn_options import OPTIONS
from warroom.up.embedded.data import BASE_DIR

VIEWERS = in_tier(test=20, prove=60)
WRITTEN = in_tier(test=15, prove=50)
"""Notes while those who were cut off come back."""

FEW = 5
TIMEOUT_SECONDS = 60.0
SLOW = 4408
LITTLE = 4096
"""Bytes that the system may keep for either side, so that a reader who stalls is soon noticed."""

ENOUGH = 100
"""Long notes that fill what the server keeps for one browser, and then more than may wait."""

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]


class Web:
    """A web process on a port of its own, as it runs in production."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        self._process = _uvicorn("--port", str(self.port))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def _uvicorn(*where: str, fds: tuple[int, ...] = ()) -> "subprocess.Popen[bytes]":
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "warroom.asgi:application", *where),
            *OPTIONS,
            *("--ws-ping-interval", "600"),  # so that nobody else finds out who stalls
        ],
        cwd=BASE_DIR,
        env={**os.environ, "DATABASE_URL": database},
        pass_fds=fds,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def webs(db: None) -> Iterator[list[Web]]:
    started = [Web(), Web()]
    for web in started:
        until_it_answers(web.port)
    yield started
    for web in started:
        web.kill()


@pytest.fixture
def narrow(db: None) -> Iterator[int]:
    """The port of a web process for whose connections the system keeps little."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LITTLE)
        process = _uvicorn("--fd", str(listener.fileno()), fds=(listener.fileno(),))
        yield listener.getsockname()[1]
        process.kill()
        process.wait()


@pytest.fixture
def cookies(commander: Person) -> list[str]:
    """Of responders, one for each viewer."""
    people = Person.objects.bulk_create(
        Person(username=f"viewer-{number}", password=f"!{number}") for number in range(VIEWERS)
    )
    responders, _ = SiteGroup.objects.get_or_create(name=Group.RESPONDER)
    responders.user_set.add(*people)
    return [f"sessionid={key}" for key in sessions(people)]


def _all_told(crowd: Crowd) -> bool:
    """Everybody has what was written last."""
    last = TimelineEntry.objects.latest("pk").seq
    return all(viewer.seq >= last for viewer in crowd.viewers)


def test_after_a_process_was_killed_everybody_has_all_of_it_once(
    webs: list[Web], cookies: list[str], incident: Incident, commander: Person
) -> None:
    first = incident.last_seq
    crowd = Crowd([web.port for web in webs], f"/ws/INC-{incident.pk}/", cookies, first)
    crowd.come()

    note(commander, incident, "Before.")
    crowd.until(lambda: _all_told(crowd))
    webs[0].kill()
    for number in range(5):
        note(commander, incident, f"While it is down, {number}.")
    crowd.until(lambda: crowd.away == VIEWERS // 2)
    webs[0].start()
    for number in range(WRITTEN):
        note(commander, incident, f"While they come back, {number}.")
        crowd.turn(0.05)
    crowd.until(lambda: crowd.live == VIEWERS)
    note(commander, incident, "Afterwards.")
    crowd.until(lambda: _all_told(crowd))

    assert crowd.errors == {}
    assert crowd.digests() == {returning.fresh(incident.pk, first): VIEWERS}


def _does_not_read(port: int, path: str, cookie: str) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
    sock.settimeout(TIMEOUT_SECONDS)
    sock.connect(("127.0.0.1", port))
    sock.sendall(handshake(port, path, cookie))
    answered(sock, path)
    return sock


def _closed_with(sock: socket.socket) -> int:
    """Read at last; the code in the last frame."""
    sock.settimeout(TIMEOUT_SECONDS)
    end, said = time.monotonic() + TIMEOUT_SECONDS, b""
    while piece := sock.recv(65536):
        said += piece
        assert time.monotonic() < end, "it was not closed"
    assert said[-4:-2] == bytes([0x88, 2])
    return int.from_bytes(said[-2:])


def test_a_reader_that_stalls_is_given_up_and_the_others_are_served_meanwhile(
    narrow: int, cookies: list[str], incident: Incident, commander: Person
) -> None:
    path = f"/ws/INC-{incident.pk}/"
    crowd = Crowd([narrow], path, cookies[1:FEW], incident.last_seq)
    crowd.come()

    stalled = _does_not_read(narrow, path, cookies[0])
    for number in range(ENOUGH):
        note(commander, incident, f"The others go on, {number}. " * 150)
        crowd.until(lambda: _all_told(crowd))

    assert _closed_with(stalled) == SLOW
    assert crowd.errors == crowd.lost == {}

"""Browsers that come back: raw WebSocket connections that reconnect as the page's script does.

``static/js/live/backoff.js``: any time up to a bound that doubles with each failure, and ends at
15 seconds. Each keeps a digest of the entries that it was sent, in the order they came.
"""

import hashlib
import heapq
import json
import random
import select
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing.connection import Connection as Pipe
from typing import Any

from benchmarks.viewers import HERE, handshake, more_files

FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 1.0, 15.0
TIMEOUT_SECONDS = 240.0
TEXT, PING, CLOSE = 1, 9, 8
KNOCKING, SHAKING, OPEN = "knocking", "shaking", "open"


def pause(failures: int) -> float:
    return random.random() * min(FIRST_PAUSE_SECONDS * 2.0 ** min(failures, 10), MAX_PAUSE_SECONDS)


def digest(entries: Iterable[tuple[int, str]]) -> str:
    """Of sequence numbers and HTML, in order."""
    chain = hashlib.sha256()
    for seq, html in entries:
        chain.update(f"{seq}:{hashlib.sha256(html.encode()).hexdigest()};".encode())
    return chain.hexdigest()


def fresh(incident_id: int, after: int) -> str:
    """The digest of what the database says, rendered anew."""
    from incidents.models import Incident, TimelineEntry
    from incidents.panels import renderers as render

    incident = Incident.objects.get(pk=incident_id)
    rows = TimelineEntry.objects.filter(incident=incident).after(after)
    found = render.entries(incident, list(rows.select_related("incident", "amends")))
    return digest((fragment.seq, fragment.html) for fragment in found)


@lru_cache(maxsize=4096)
def _read(payload: bytes) -> tuple[str, tuple[tuple[int, bytes], ...]]:
    """What a message says; the same bytes come to thousands."""
    message = json.loads(payload)
    entries = tuple(
        (one["seq"], f"{one['seq']}:{hashlib.sha256(one['html'].encode()).hexdigest()};".encode())
        for one in message.get("entries", ())
    )
    return message["type"], entries


@dataclass(slots=True, eq=False)
class Viewer:
    path: str
    cookie: str
    port: int
    seq: int
    failures: int = 0
    live: bool = False
    state: str = KNOCKING
    sock: socket.socket | None = None
    buffer: bytearray = field(default_factory=bytearray)
    chain: "hashlib._Hash" = field(default_factory=hashlib.sha256)


class Crowd:
    """All of them. ``errors`` counts what must not happen, ``lost`` what may while a server is
    away."""

    def __init__(self, ports: list[int], path: str, cookies: list[str], seq: int) -> None:
        self.ports = ports
        self.viewers = [Viewer(path, c, ports[n % len(ports)], seq) for n, c in enumerate(cookies)]
        self.by_fd: dict[int, Viewer] = {}
        self.epoll = select.epoll()
        self.later: list[tuple[float, int, Viewer]] = []
        self.errors: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.live = self.away = 0

    def come(self, at_once: int = 50) -> None:
        """All come in, a few at a time."""
        for number, viewer in enumerate(self.viewers):
            self._knock(viewer)
            while self.live < number + 1 - at_once:
                self.turn(0.05)
        self.until(lambda: self.live == len(self.viewers))
        self.away = 0

    def turn(self, seconds: float) -> None:
        """Wait for anything, and do what it asks for; knock where it is time."""
        if self.later:
            seconds = max(0.0, min(seconds, self.later[0][0] - time.monotonic()))
        for fd, what in self.epoll.poll(seconds):
            if viewer := self.by_fd.get(fd):
                self._happened(viewer, what)
        while self.later and self.later[0][0] <= time.monotonic():
            viewer = heapq.heappop(self.later)[2]
            viewer.port = random.choice(self.ports)  # as a balancer that knows nothing yet
            self._knock(viewer)

    def until(self, so: Callable[[], bool]) -> None:
        """Go on until it is so."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not so():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.live} live, {dict(self.errors)}, {dict(self.lost)}")
            self.turn(0.05)
            self.away = max(self.away, len(self.viewers) - self.live)

    def meanwhile(self, orders: Pipe) -> Any:
        """Go on until the next order comes."""
        self.until(lambda: orders.poll(0))
        return orders.recv()

    def outcome(self, settled: float) -> "Outcome":
        return Outcome(self.away, settled, dict(self.digests()), dict(self.errors), dict(self.lost))

    def digests(self) -> Counter[str]:
        """How many hold each."""
        return Counter(viewer.chain.hexdigest() for viewer in self.viewers)

    def _knock(self, viewer: Viewer) -> None:
        viewer.sock = sock = socket.socket()
        sock.setblocking(False)
        viewer.state, viewer.buffer = KNOCKING, bytearray()
        sock.connect_ex(("127.0.0.1", viewer.port))
        self.by_fd[sock.fileno()] = viewer
        self.epoll.register(sock.fileno(), select.EPOLLOUT)

    def _happened(self, viewer: Viewer, what: int) -> None:
        assert viewer.sock is not None
        try:
            if viewer.state == KNOCKING:
                self._opened(viewer, viewer.sock)
            elif what & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                self._came(viewer, viewer.sock)
        except OSError as error:
            self._gone(viewer, type(error).__name__)

    def _opened(self, viewer: Viewer, sock: socket.socket) -> None:
        if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, "refused")
        path = f"{viewer.path}?after={viewer.seq}"
        sock.sendall(handshake(viewer.port, path, viewer.cookie))
        viewer.state = SHAKING
        self.epoll.modify(sock.fileno(), select.EPOLLIN)

    def _came(self, viewer: Viewer, sock: socket.socket) -> None:
        data = sock.recv(262_144)
        if not data:
            self._gone(viewer, "closed" if viewer.state == OPEN else "closed at the door")
            return
        viewer.buffer += data
        if viewer.state == SHAKING:
            head, end, rest = viewer.buffer.partition(b"\r\n\r\n")
            if not end:
                return
            status = bytes(head.split(b" ", 2)[1])
            if status != b"101":
                self.errors[f"status {status.decode()}"] += 1
                self._gone(viewer, "not let in")
                return
            viewer.state, viewer.buffer = OPEN, rest
        for opcode, payload in _frames(viewer.buffer):
            self._receive(viewer, sock, opcode, payload)

    def _receive(self, viewer: Viewer, sock: socket.socket, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            sock.send(bytes([0x8A, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        elif opcode == CLOSE:
            self.errors[f"close {struct.unpack('!H', payload[:2])[0] if payload else ''}"] += 1
        elif opcode == TEXT:
            kind, entries = _read(payload)
            for seq, text in entries:
                if seq != viewer.seq + 1:
                    self.errors["an entry twice or left out"] += 1
                viewer.seq = seq
                viewer.chain.update(text)
            if kind == "live" and not viewer.live:
                viewer.live, viewer.failures = True, 0
                self.live += 1
            elif kind == "ask":
                sock.send(HERE)
            elif kind in ("bye", "reload"):
                self.errors[kind] += 1

    def _gone(self, viewer: Viewer, why: str) -> None:
        assert viewer.sock is not None
        self.lost[why] += 1
        del self.by_fd[viewer.sock.fileno()]
        viewer.sock.close()
        self.live -= viewer.live
        viewer.live = False
        at = time.monotonic() + pause(viewer.failures)
        viewer.failures += 1
        heapq.heappush(self.later, (at, id(viewer), viewer))


def _frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take the whole frames out of a buffer (server frames are not masked)."""
    while len(buffer) >= 2:
        size, start = buffer[1], 2
        if size == 126:
            size, start = (int.from_bytes(buffer[2:4]), 4) if len(buffer) >= 4 else (1 << 62, 0)
        elif size == 127:
            size, start = (int.from_bytes(buffer[2:10]), 10) if len(buffer) >= 10 else (1 << 62, 0)
        if len(buffer) < start + size:
            return
        opcode, payload = buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]
        yield opcode, payload


@dataclass(frozen=True, slots=True)
class Outcome:
    """``away``: how many were without a connection at the worst moment; ``settled``: seconds from
    the kill until all were live again."""

    away: int
    settled: float
    digests: dict[str, int]
    errors: dict[str, int]
    lost: dict[str, int]


def watch(orders: Pipe, ports: list[int], path: str, cookies: list[str], seq: int) -> None:
    """The client process. Says "live" once all are; then it is told when a server was killed, says
    "settled" once all are live again, is told the last entry, and answers with the outcome."""
    more_files()
    crowd = Crowd(ports, path, cookies, seq)
    crowd.come()
    orders.send("live")
    killed_at: float = crowd.meanwhile(orders)
    crowd.until(lambda: crowd.live < len(cookies))
    crowd.until(lambda: crowd.live == len(cookies))
    settled = time.monotonic() - killed_at
    orders.send("settled")
    last: int = crowd.meanwhile(orders)
    crowd.until(lambda: all(viewer.seq >= last for viewer in crowd.viewers))
    orders.send(crowd.outcome(settled))

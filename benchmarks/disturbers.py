"""Who disturbs a room, each in a process of its own: one that does not read, and many that come
and go."""

import contextlib
import multiprocessing
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from benchmarks.doors import LITTLE
from benchmarks.viewers import Address, answered, handshake, more_files

PEOPLE = 103
EACH_SECOND = 100
STAY = 1.0
"""Seconds that one who comes stays."""

SETTLE = 2.0
"""Seconds that a disturbance has to begin."""

FULL = (bytes([0x81, 0x84, 0, 0, 0, 0]) + b"ping") * 2500
"""Asks for as many answers, not read, as the server's buffer for one browser takes."""


def stalled(ready: Any, seats: list[Address]) -> None:
    """One reader who does not read, by the narrow door, for as long as the server bears it."""
    port, path, cookie = seats[0]
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
    sock.connect(("127.0.0.1", port))
    sock.sendall(handshake(port, path, cookie))
    answered(sock, path)
    sock.setblocking(True)
    sock.sendall(FULL)
    ready.send("ready")
    threading.Event().wait()


def churn(ready: Any, seats: list[Address]) -> None:
    """Each hundredth of a second one comes and one, who was let in, goes."""
    here: deque[socket.socket] = deque()
    began, number, is_ready = time.monotonic(), 0, False
    while True:
        port, path, cookie = seats[number % len(seats)]
        sock = socket.create_connection(("127.0.0.1", port), timeout=60)
        sock.sendall(handshake(port, path, cookie))
        here.append(sock)
        if len(here) > EACH_SECOND * STAY:
            goes = here.popleft()
            if b" 101 " not in goes.recv(1024):
                raise ConnectionError("one who came was not let in")
            goes.close()
            if not is_ready:
                ready.send("ready")
                is_ready = True
        number += 1
        time.sleep(max(0.0, began + number / EACH_SECOND - time.monotonic()))


def _work(name: str, ready: Any, seats: list[Address]) -> None:
    more_files()
    {"stalled": stalled, "churn": churn}[name](ready, seats)


@contextlib.contextmanager
def at_work(name: str, seats: list[Address]) -> Iterator[None]:
    """Disturb from when it has begun until the block ends; it must have gone on until then."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(name, theirs, seats), daemon=True)
    process.start()
    try:
        if not ours.poll(60):
            raise SystemExit(f"{name} did not begin")
        ours.recv()
        time.sleep(SETTLE)
        yield
        if not process.is_alive():
            raise SystemExit(f"{name} ended before the rounds did")
    finally:
        process.kill()
        process.join()

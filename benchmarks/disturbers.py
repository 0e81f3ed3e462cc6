"""Who disturbs a room, each in a process of its own: one that does not read, and many that come
and go."""

import contextlib
import multiprocessing
import socket
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from benchmarks.viewers import Address, connect, handshake, more_files

PEOPLE = 102
EACH_SECOND = 100
STAY = 1.0
"""Seconds that one who comes stays."""

SETTLE = 2.0
"""Seconds that a disturbance has to begin."""

PESTER = (bytes([0x81, 0x84, 0, 0, 0, 0]) + b"ping") * 200
"""What asks for answers, which are not read."""


def stalled(ready: Any, seats: list[Address]) -> None:
    """One reader who asks, never reads, and comes again when it was thrown out."""
    told = False
    while True:
        viewer = connect(*seats[0])
        viewer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        viewer.sock.settimeout(0.5)
        with contextlib.suppress(OSError):
            for _ in range(400):  # until the server reads no more
                viewer.sock.sendall(PESTER)
        if not told:
            ready.send("ready")
            told = True
        time.sleep(5)
        viewer.sock.close()


def churn(ready: Any, seats: list[Address]) -> None:
    """Each hundredth of a second one comes and one, who was let in, goes."""
    here: deque[socket.socket] = deque()
    began, number, told = time.monotonic(), 0, False
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
            if not told:
                ready.send("ready")
                told = True
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

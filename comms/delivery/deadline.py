"""An end to whatever a peer drags out: after the deadline every connection made is hung up.

A timeout of a socket is for one read, so a peer that says a byte now and then would hold a worker,
and with it everybody else on its channel, for hours. A thread cannot be stopped from outside; its
sockets can.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

PATIENCE = 30.0
"""Seconds for everything that one message takes."""

_lines: ContextVar[list[socket.socket] | None] = ContextVar("lines", default=None)


@contextmanager
def deadline(seconds: float | None = None) -> Iterator[None]:
    """Hang up what ``watch`` was given within the block, once that has lasted so long."""
    lines: list[socket.socket] = []
    token = _lines.set(lines)
    timer = threading.Timer(PATIENCE if seconds is None else seconds, _hang_up, [lines])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _lines.reset(token)
        for one in lines:
            one.close()


def watch(connection: socket.socket) -> None:
    """A connection that was just made. A copy is kept: TLS may take the socket itself over."""
    lines = _lines.get()
    if lines is not None:
        lines.append(socket.socket(fileno=os.dup(connection.fileno())))


def _hang_up(lines: list[socket.socket]) -> None:
    for one in tuple(lines):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)

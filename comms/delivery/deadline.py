"""A deadline for a whole exchange with a peer: after it every open connection is shut down.

A socket timeout covers one read, so a peer that sends a byte now and then could block a worker, and
everybody else on its channel, for hours. A thread cannot be stopped from outside; its sockets can.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

DEADLINE_SECONDS = 30.0
"""For everything that one message takes."""

_connections: ContextVar[list[socket.socket] | None] = ContextVar("lines", default=None)


@contextmanager
def deadline(seconds: float | None = None) -> Iterator[None]:
    """Shut down connections passed to ``watch`` in the block, once it has lasted so long."""
    connections: list[socket.socket] = []
    token = _connections.set(connections)
    timer = threading.Timer(
        DEADLINE_SECONDS if seconds is None else seconds, _hang_up, [connections]
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _connections.reset(token)
        for connection in connections:
            connection.close()


def watch(connection: socket.socket) -> None:
    """Register a new connection. The socket is duplicated, since TLS may take it over."""
    connections = _connections.get()
    if connections is not None:
        connections.append(socket.socket(fileno=os.dup(connection.fileno())))


def _hang_up(connections: list[socket.socket]) -> None:
    for connection in tuple(connections):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

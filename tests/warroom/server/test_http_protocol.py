"""What one request may send before its body, at a real uvicorn as ``manage.py up`` starts it."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.helpers.live_app import serving
from warroom.server.http_protocol import MAX_PENDING_BYTES

SECONDS = 20.0
"""Only decides when to give up."""

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
PIECE = b"a" * 1000


async def _count(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers how many bytes the body had."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    with serving(_count) as app:
        port = int(urlsplit(app.url).port or 0)
        with socket.create_connection(("127.0.0.1", port), SECONDS) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield sock


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"GET /", PIECE),
        (HEAD + b"X: ", PIECE),
        (HEAD, b"X: " + PIECE + b"\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + PIECE + b"\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", PIECE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;x=", PIECE),
    ],
    ids=["address", "value", "headers", "trailers", "trailer", "chunk extension"],
)
def test_what_never_ends_is_refused(sock: socket.socket, start: bytes, piece: bytes) -> None:
    sock.sendall(start)

    with pytest.raises(OSError, match=r"reset|Broken pipe"):
        sock.sendall(piece * 100_000)  # 100 MB: more than the system keeps for it


def test_one_that_is_too_long_is_told_so(sock: socket.socket) -> None:
    sock.sendall(HEAD + b"X: " + b"a" * MAX_PENDING_BYTES)

    assert sock.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_long_bodies_and_heads_in_pieces_are_taken(sock: socket.socket) -> None:
    size = 40 * MAX_PENDING_BYTES
    for _ in range(3):  # on one connection: nothing adds up
        sock.sendall(HEAD + b"X: " + b"a" * (MAX_PENDING_BYTES // 2))
        sock.sendall(b"a\r\nContent-Length: %d\r\n\r\n" % size)
        sock.sendall(b"b" * size)

        assert sock.recv(4096).endswith(b"\r\n\r\n%d" % size)

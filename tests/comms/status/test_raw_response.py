"""A response past ASGI is what the server itself would send: a real uvicorn, raw bytes."""

import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from comms.status import raw_response
from tests.helpers.live_app import serving

SECONDS = 20.0
"""Only decides when to give up."""

HEADERS = [(b"content-type", b"text/html; charset=utf-8"), (b"etag", b'"a-br"')]
LINES = raw_response.join_headers(HEADERS)
BODY = b"\x00\xff" * 2000
DESCRIBED = [*HEADERS, (b"content-length", str(len(BODY)).encode())]
RESPONSES = {
    "/found": (200, DESCRIBED, BODY),
    "/missing": (404, DESCRIBED, BODY),
    "/unchanged": (304, HEADERS, b""),
}


async def _both_ways(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Below ``/raw`` past ASGI where that can be, else by ASGI."""
    path = scope["path"].removeprefix("/raw")
    status, headers, body = RESPONSES[path]
    body = b"" if scope["method"] == "HEAD" else body
    if path != scope["path"]:
        lines = raw_response.join_headers(headers)
        if raw_response.write_response(send, status, lines, body):
            scope["state"]["raw"].append(path)
            return
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Server:
    """Its port, and which paths it answered past ASGI."""

    def __init__(self, port: int, raw: list[str]) -> None:
        self.port, self.raw = port, raw

    def exchange(self, *requests: str, more: str = "") -> bytes:
        """All that comes on one connection until the server closes it after the last request."""
        lines = [f"{request} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n" for request in requests]
        lines[-1] = lines[-1].replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
        came = b""
        with socket.create_connection(("127.0.0.1", self.port), SECONDS) as sock:
            sock.sendall("".join(lines).encode())
            while piece := sock.recv(65536):
                came += piece
        return re.sub(rb"date: [^\r]+", b"date: now", came)


@pytest.fixture
def server() -> Iterator[Server]:
    raw: list[str] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await _both_ways({**scope, "state": {"raw": raw}}, receive, send)

    with serving(app) as live:
        yield Server(int(urlsplit(live.url).port or 0), raw)


@pytest.mark.parametrize("path", RESPONSES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_is_the_very_bytes_of_the_server(server: Server, method: str, path: str) -> None:
    by_asgi = server.exchange(f"{method} {path}", f"{method} {path}")
    assert server.raw == []

    raw = server.exchange(f"{method} /raw{path}", f"{method} /raw{path}")

    assert server.raw == [path], "the first goes past ASGI, the last closes the connection"
    assert raw == by_asgi
    assert raw.startswith(b"HTTP/1.1 %d " % RESPONSES[path][0])


def test_a_client_that_does_not_read_at_once_gets_every_response_whole(server: Server) -> None:
    many = 3000

    came = server.exchange(*["GET /raw/found"] * many)

    assert came.count(BODY) == came.count(b"HTTP/1.1 200 OK\r\n") == many
    assert 0 < len(server.raw) < many, "some went past ASGI, and some had to wait"


def test_a_body_that_nobody_reads_does_not_spoil_the_next_request(server: Server) -> None:
    asked = "GET /raw/found HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
    with socket.create_connection(("127.0.0.1", server.port), SECONDS) as sock:
        for number in (1, 2):
            sock.sendall(asked.encode())
            came = b""
            while not came.endswith(BODY):
                came += sock.recv(65536)

            assert came.startswith(b"HTTP/1.1 200 OK\r\n")
            assert len(server.raw) == number


async def test_another_server_is_answered_by_asgi() -> None:
    async def send(event: Any) -> None:
        """Somebody else's."""

    assert not raw_response.write_response(send, 200, LINES, BODY)

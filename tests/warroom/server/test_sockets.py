"""Sockets: from our own pages only, so many for each, short messages and few at a time."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.helpers.live_app import serving
from warroom.server import sockets
from warroom.server.sockets import SocketGuard, is_own_origin
from warroom.server.uvicorn_options import MAX_MESSAGE_BYTES
from warroom.server.ws_protocol import MAX_FRAMES, POLICY_VIOLATION

SECONDS = 10.0
"""Only decides when to give up."""


@pytest.mark.parametrize(
    ("origin", "host", "is_own"),
    [
        ("https://war.example.org", "war.example.org", True),
        ("https://war.example.org:443", "war.example.org", True),
        ("https://WAR.example.org", "war.example.org", True),
        ("http://war.example.org", "war.example.org", False),
        ("https://war.example.org:8443", "war.example.org", False),
        ("https://war.example.org", "war.example.org:8443", False),
        ("https://war.example.org:8443", "war.example.org:8443", True),
        ("https://evil.example.org", "evil.example.org", False),
        ("https://evil.example.org", "war.example.org", False),
        ("https://front.example.org", "war.example.org", True),
        ("http://front.example.org", "war.example.org", False),
        ("https://a.below.example.org", "war.example.org", True),
        ("https://below.example.org", "war.example.org", False),
        ("null", "war.example.org", False),
        ("", "war.example.org", False),
        ("https://[", "war.example.org", False),
        ("https://x:99999", "war.example.org", False),
        ("file://war.example.org", "war.example.org", False),
    ],
)
def test_scheme_host_and_port_are_those_of_the_page(
    settings: Any, origin: str, host: str, is_own: bool
) -> None:
    settings.ALLOWED_HOSTS = ["war.example.org"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.CSRF_TRUSTED_ORIGINS = ["https://front.example.org", "https://*.below.example.org"]

    assert is_own_origin(origin, host, {"scheme": "ws"}) is is_own


def test_without_tls_pages_are_http(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]

    assert is_own_origin("http://localhost:8000", "localhost:8000", {"scheme": "ws"})
    assert not is_own_origin("https://localhost:8000", "localhost:8000", {"scheme": "ws"})
    assert is_own_origin("https://localhost:8000", "localhost:8000", {"scheme": "wss"})


class Door:
    """Sockets that stay open until they are let go, behind the guard."""

    def __init__(self) -> None:
        self.letting_go = asyncio.Event()
        self.guard = SocketGuard(self._stay)
        self.tasks: list[asyncio.Task[None]] = []
        self.sent: list[dict[str, Any]] = []

    async def _stay(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        await self.letting_go.wait()

    async def open(self, peer: str = "203.0.113.9", **headers: str) -> None:
        fields = {"host": "localhost", "origin": "http://localhost"} | headers
        scope = {
            "type": "websocket",
            "client": (peer, 5000),
            "headers": [
                (name.replace("_", "-").encode(), text.encode()) for name, text in fields.items()
            ],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(event: dict[str, Any]) -> None:
            self.sent.append(event)

        self.tasks.append(asyncio.create_task(self.guard(scope, receive, send)))
        await asyncio.sleep(0)

    async def close(self) -> None:
        self.letting_go.set()
        await asyncio.gather(*self.tasks)
        assert not self.guard._open

    @property
    def refused(self) -> int:
        return len([event for event in self.sent if event.get("code") == sockets.TRY_AGAIN])


@pytest.mark.asyncio
async def test_a_session_has_so_many_sockets_and_others_have_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "MAX_PER_SESSION", 3)
    door = Door()

    for _ in range(5):
        await door.open(cookie="theme=x; sessionid=abc123")
    assert door.refused == 2
    await door.open(cookie="sessionid=other9")
    assert door.refused == 2
    await door.close()


@pytest.mark.asyncio
async def test_readers_without_a_session_count_by_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "MAX_PER_NETWORK", 2)
    door = Door()

    for _ in range(3):
        await door.open(peer="203.0.113.9")
    for _ in range(3):
        await door.open(peer="127.0.0.1", x_forwarded_for="198.51.100.7")
    for number in range(3):
        await door.open(peer=f"2001:db8:1:2::{number}")
    assert door.refused == 3

    for _ in range(9):  # a proxy that does not say for whom
        await door.open(peer="127.0.0.1")
    assert door.refused == 3
    await door.close()


async def _listen(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


def _close_code(flood: Any) -> int:
    with serving(_listen) as app:
        url = f"ws://127.0.0.1:{urlsplit(app.url).port}/"
        with connect(url, compression=None, ping_interval=None) as browser:
            try:
                flood(browser)
                browser.recv(SECONDS)
            except ConnectionClosed:
                pass
            browser.close()
            return browser.protocol.close_rcvd.code if browser.protocol.close_rcvd else 0


def _ping(browser: Any) -> None:
    for _ in range(MAX_FRAMES + 1):
        browser.ping()


def _talk(browser: Any) -> None:
    for _ in range(MAX_FRAMES + 1):
        browser.send("ping")


@pytest.mark.parametrize("flood", [_ping, _talk])
def test_a_flood_of_frames_closes_its_socket(flood: Any) -> None:
    assert _close_code(flood) == POLICY_VIOLATION


def test_a_long_message_closes_its_socket() -> None:
    assert _close_code(lambda browser: browser.send("x" * (int(MAX_MESSAGE_BYTES) + 1))) == 1009

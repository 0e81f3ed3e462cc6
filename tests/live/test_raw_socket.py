"""What goes past ASGI is what the server itself would send: a real uvicorn, raw bytes."""

import struct
from typing import Any
from urllib.parse import urlsplit

from benchmarks.viewers import knock
from live import raw_socket
from live.connection import Event
from tests.helpers.live_app import serving

TEXTS = ["", "short", "ü" * 60, "x" * 126, "y" * 20_000, "z" * 70_000]
SLOW = 4408


async def _twice(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Says each text by ASGI and then by the wire, and cuts the browser off."""
    await receive()
    assert raw_socket.of(send) is None, "there is no wire before the socket is accepted"
    await send({"type": "websocket.accept"})
    line = raw_socket.of(send)
    assert line is not None
    for text in TEXTS:
        event = Event(type="websocket.send", text=text)
        await send(event)
        while not line.write(event.frame):
            await send(Event(type="websocket.send", text="waits"))
    line.cut(SLOW)
    assert not line.write(b"nothing more")
    await receive()


def _read(port: int) -> list[bytes]:
    """The frames that came until the server closed."""
    sock, said = knock(port, "/"), b""
    while piece := sock.recv(65536):
        said += piece
    sock.close()
    frames, rest = [], said.partition(b"\r\n\r\n")[2]
    while rest:
        size, start = rest[1], 2
        if size == 126:
            (size,), start = struct.unpack_from("!H", rest, 2), 4
        elif size == 127:
            (size,), start = struct.unpack_from("!Q", rest, 2), 10
        frames.append(rest[: start + size])
        rest = rest[start + size :]
    return [frame for frame in frames if not frame.endswith(b"waits")]


def test_it_carries_the_very_bytes_of_the_server_and_then_the_close_code() -> None:
    with serving(_twice) as app:
        *frames, last = _read(int(urlsplit(app.url).port or 0))

    assert frames[0::2] == frames[1::2]
    for text, frame in zip(TEXTS, frames[0::2], strict=True):
        assert frame.endswith(text.encode())
    assert last == bytes([0x88, 2]) + SLOW.to_bytes(2)


async def test_another_server_has_none() -> None:
    async def send(event: Any) -> None:
        """Somebody else's."""

    assert raw_socket.of(send) is None

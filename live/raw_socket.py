"""The way to one browser past the ASGI call, where the server is uvicorn.

ASGI has one call a message and browser, and in it the server encodes and frames the same text anew.
Here a message is framed once and its bytes are handed to every transport that takes them at once.
With any other server, or when messages are compressed, there is no wire and ASGI carries all.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

LINGER = 60.0
"""Seconds that what was already sent may wait for a browser that was cut off."""


def frame(text: str) -> bytes:
    """A text message as its bytes go over the wire: one frame, not masked."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class Wire:
    __slots__ = ("_protocol",)

    def __init__(self, protocol: WebSocketsSansIOProtocol) -> None:
        self._protocol = protocol

    def write(self, data: bytes) -> bool:
        """Hand over one frame; false when the server would make it wait, or the browser goes."""
        its = self._protocol
        if its.close_sent or its.disconnected or not its.writable.is_set():
            return False
        if its.transport.is_closing():
            return False
        its.transport.write(data)
        return True

    def cut(self, code: int) -> None:
        """Close behind what waits, for a browser that does not read; then without it."""
        its = self._protocol
        if its.close_sent or its.transport.is_closing():
            return
        its.conn.send_close(code)
        its.transport.write(b"".join(its.conn.data_to_send()))
        its.close_sent = True
        its.transport.close()
        asyncio.get_running_loop().call_later(LINGER, its.transport.abort)


def of(send: Any) -> Wire | None:
    """The wire behind the ``send`` of an accepted socket."""
    protocol = getattr(send, "__self__", None)
    if not isinstance(protocol, WebSocketsSansIOProtocol) or protocol.conn.extensions:
        return None
    return Wire(protocol) if protocol.handshake_complete else None

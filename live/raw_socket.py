"""Writing to one browser's socket without an ASGI call, where the server is uvicorn.

ASGI has one call a message and browser, and in it the server encodes and frames the same text anew.
Here a message is framed once and its bytes are handed to every transport that takes them at once.
With any other server, or when messages are compressed, there is no raw socket and ASGI carries all.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

LINGER_SECONDS = 60.0
"""How long bytes already sent may wait for a browser that was cut off."""


def frame(text: str) -> bytes:
    """A text message as its bytes go over the wire: one frame, not masked."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class RawSocket:
    __slots__ = ("_protocol",)

    def __init__(self, protocol: WebSocketsSansIOProtocol) -> None:
        self._protocol = protocol

    def write(self, data: bytes) -> bool:
        """Hand over one frame; false when the server would make it wait, or the browser goes."""
        protocol = self._protocol
        if protocol.close_sent or protocol.disconnected or not protocol.writable.is_set():
            return False
        if protocol.transport.is_closing():
            return False
        protocol.transport.write(data)
        return True

    def cut(self, code: int) -> None:
        """Close behind what waits, for a browser that does not read; then without it."""
        protocol = self._protocol
        if protocol.close_sent or protocol.transport.is_closing():
            return
        protocol.conn.send_close(code)
        protocol.transport.write(b"".join(protocol.conn.data_to_send()))
        protocol.close_sent = True
        protocol.transport.close()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, protocol.transport.abort)


def of(send: Any) -> RawSocket | None:
    """The raw socket behind the ``send`` of an accepted socket."""
    protocol = getattr(send, "__self__", None)
    if not isinstance(protocol, WebSocketsSansIOProtocol) or protocol.conn.extensions:
        return None
    return RawSocket(protocol) if protocol.handshake_complete else None

"""WebSocket as uvicorn speaks it, with a limit on what a browser may send.

Our pages send a word of four letters every few seconds. Frames are counted where they are parsed,
since pings are answered there and never reach the application. A message over ``--ws-max-size``
(uvicorn_options.py) closes its socket with 1009.
"""

import time
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MAX_FRAMES = 60
WINDOW_SECONDS = 10.0
"""So many frames of any sort within so many seconds; more close the socket with 1008."""

POLICY_VIOLATION = 1008


class WebSocketProtocol(WebSocketsSansIOProtocol):
    _frames = 0
    _window_ends_at = 0.0

    def handle_ping(self) -> None:
        if self._takes_one_more():
            super().handle_ping()

    def handle_pong(self, event: Any) -> None:
        if self._takes_one_more():
            super().handle_pong(event)

    def handle_text(self, event: Any) -> None:
        if self._takes_one_more():
            super().handle_text(event)

    def handle_bytes(self, event: Any) -> None:
        if self._takes_one_more():
            super().handle_bytes(event)

    def handle_cont(self, event: Any) -> None:
        if self._takes_one_more():
            super().handle_cont(event)

    def _takes_one_more(self) -> bool:
        now = time.monotonic()
        if now >= self._window_ends_at:
            self._frames, self._window_ends_at = 0, now + WINDOW_SECONDS
        self._frames += 1
        if self._frames <= MAX_FRAMES:
            return True
        if not self.close_sent and not self.transport.is_closing():
            self.logger.warning("A socket sent more than %s frames at once.", MAX_FRAMES)
            self.conn.fail(POLICY_VIOLATION, "too many messages")
            self.handle_parser_exception()
        return False

"""HTTP as uvicorn speaks it with httptools, with a limit on the length of a request's head.

httptools takes a request line and headers of any length and keeps them in memory, so without a
limit one connection could fill it. h11, uvicorn's other parser, has the same limit.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_PENDING_BYTES = 16 * 1024


class HttpProtocol(HttpToolsProtocol):
    """Counts what came since the parser last finished a head or a piece of a body."""

    _pending_bytes = 0

    def data_received(self, data: bytes) -> None:
        self._pending_bytes += len(data)
        super().data_received(data)
        if self._pending_bytes > MAX_PENDING_BYTES and not self.transport.is_closing():
            self.logger.warning("The head of a request is longer than %s bytes.", MAX_PENDING_BYTES)
            self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        self._pending_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._pending_bytes = 0
        super().on_body(body)

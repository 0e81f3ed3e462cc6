"""A prepared response in one write past the ASGI calls, where the server is uvicorn with httptools.

By ASGI a response takes two calls and two writes, and uvicorn judges and joins its headers one by
one, though they are the same for thousands of requests. Here they were joined beforehand, and the
request is closed as uvicorn's own ``RequestResponseCycle.send`` closes it. Whatever that needs more
care for (another server, a client that does not read, a connection that ends with this response)
goes the ASGI way.
"""

import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


def join_headers(headers: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def write_response(send: Any, status: int, header_lines: bytes, body: bytes) -> bool:
    """Write a whole response; false, and nothing is written, where it has to go the ASGI way."""
    cycle = getattr(send, "__self__", None)
    if not isinstance(cycle, RequestResponseCycle) or not _can_write_now(cycle):
        return False
    server_lines = join_headers(cycle.default_headers)  # Server and Date
    cycle.transport.write(
        b"".join([STATUS_LINE[status], server_lines, header_lines, b"\r\n", body])
    )
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.message_event.set()
    cycle.on_response()
    return True


def _can_write_now(cycle: RequestResponseCycle) -> bool:
    return (
        cycle.keep_alive
        and not cycle.flow.write_paused
        and not cycle.disconnected
        and not cycle.response_started
        and not (cycle.access_log and cycle.access_logger.isEnabledFor(logging.INFO))
    )

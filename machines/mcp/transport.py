"""The SDK's transport: one message of the protocol in, one answer out.

Each request has a session manager of its own. The SDK's needs a task group that is opened when the
server starts and closed when it ends; our workers are told neither (``--lifespan off``), and
without sessions a manager holds nothing from one request to the next.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import ClientDisconnect

from machines.mcp.server import build

MAX_BODY_BYTES = 8 * 1024 * 1024
"""Of a message: a captured text of 1 MiB, of which JSON may write each character as six."""

# Otherwise it says of each request that a session began and ended.
logging.getLogger("mcp").setLevel(logging.WARNING)

_server = build()


async def serve(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Answer one request whose caller stands in the scope.

    Hosts and origins are judged by then, by Django's patterns, which the SDK does not know.
    """
    manager = StreamableHTTPSessionManager(
        _server, json_response=True, stateless=True, max_request_body_size=MAX_BODY_BYTES
    )
    try:
        async with manager.run():
            await manager.handle_request(scope, receive, send)
    except* ClientDisconnect:
        pass  # nobody is there to be answered

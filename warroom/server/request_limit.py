"""The limit on what one request may carry, held before Django sees any of it.

Django writes a whole body aside, on disk when it is long, before the first of our lines runs. So
here a body that says it is too long is not read, and one that does not say is counted as it comes.
Django answers either with the page of ``incidents.web.uploads``: it gets no body, and
``TOO_LARGE``. A body that is not complete within
``BODY_TIMEOUT_SECONDS`` is given up, and Django hears nothing of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from incidents.web.uploads import MAX_REQUEST_BYTES, TOO_LARGE

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

BODY_TIMEOUT_SECONDS = 300.0
"""Seconds for a whole body: the longest comes in that time by half a megabit a second."""


class BodyLimit:
    """Wraps an ASGI application for HTTP."""

    def __init__(
        self,
        app: App,
        max_bytes: int = MAX_REQUEST_BYTES,
        timeout_seconds: float = BODY_TIMEOUT_SECONDS,
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.timeout_seconds = timeout_seconds

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body = _Body(scope, receive, self.max_bytes, self.timeout_seconds)
        await self.app(body.scope, body.receive, send)
        if body.slow:
            await send(_TOO_SLOW)
            await send({"type": "http.response.body", "body": b"The request came too slowly.\n"})


_TOO_SLOW: Message = {
    "type": "http.response.start",
    "status": 408,
    "headers": [(b"content-type", b"text/plain"), (b"connection", b"close")],
}


class _Body:
    """One request's body, which ends early when it is too long."""

    def __init__(
        self, scope: MutableMapping[str, Any], receive: Receive, max_bytes: int, timeout: float
    ) -> None:
        self.scope = {**scope, TOO_LARGE: _announced(scope) > max_bytes}
        self._receive = receive
        self._left = max_bytes
        self._ended = False
        self._until = asyncio.get_running_loop().time() + timeout
        self._whole = False
        self.slow = False

    async def receive(self) -> Message:
        if not self.scope[TOO_LARGE]:
            message = await self._next()
            self._left -= len(message.get("body", b""))
            if self._left >= 0:
                return message
            self.scope[TOO_LARGE] = True
        if self._ended:
            return await self._disconnect()
        self._ended = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _next(self) -> Message:
        """The next piece. Once the body is whole, only somebody's leaving is waited for."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.slow = self._whole = True
            return {"type": "http.disconnect"}
        self._whole = not message.get("more_body", False)
        return message

    async def _disconnect(self) -> Message:
        """Drops what still comes: a browser reads the answer only when it has sent everything."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return message


def _announced(scope: MutableMapping[str, Any]) -> int:
    """Bytes, as the header says; the server has refused one that is no number."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit() and len(value) < 20), default=0)

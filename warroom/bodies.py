"""The limit on what one request may carry, held before Django sees any of it.

Django writes a whole body aside, on disk when it is long, before the first of our lines runs. So
here a body that says it is too long is not read, and one that does not say is counted as it comes.
Django answers either with the page of ``incidents.uploads``: it gets no body, and ``TOO_LARGE``.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from incidents.uploads import LONGEST_REQUEST, TOO_LARGE

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class BodyLimit:
    """Wraps an ASGI application for HTTP."""

    def __init__(self, app: App, most: int = LONGEST_REQUEST) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body = _Body(scope, receive, self.most)
        await self.app(body.scope, body.receive, send)


class _Body:
    """One request's body, which ends early when it is too long."""

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive, most: int) -> None:
        self.scope = {**scope, TOO_LARGE: _announced(scope) > most}
        self._receive = receive
        self._left = most
        self._ended = False

    async def receive(self) -> Message:
        if not self.scope[TOO_LARGE]:
            message = await self._receive()
            self._left -= len(message.get("body", b""))
            if self._left >= 0:
                return message
            self.scope[TOO_LARGE] = True
        if self._ended:
            return await self._disconnect()
        self._ended = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _disconnect(self) -> Message:
        """Drops what still comes: a browser reads the answer only when it has sent everything."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return message


def _announced(scope: MutableMapping[str, Any]) -> int:
    """Bytes, as the header says; the server has refused one that is no number."""
    said = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in said if value.isdigit() and len(value) < 20), default=0)

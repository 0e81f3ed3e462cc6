"""The browsers that have the status page open: all get the same text, and none is waited for."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from kernel import metrics

MAX_QUEUED_MESSAGES = 3
"""A slower reader is disconnected, and reconnects by itself."""

CLOSE_TRY_AGAIN = 1013
"""The close code for "try again later": the page polls for a while."""


class OpenPages:
    """The open pages of one process."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[str]] = set()
        self._print = self._text = ""

    def __len__(self) -> int:
        return len(self._queues)

    def show(self, print_: str, text: str) -> None:
        self._print, self._text = print_, text

    def tell(self) -> None:
        """Send the current text to all; readers whose queue is full are disconnected."""
        for queue in tuple(self._queues):
            try:
                queue.put_nowait(self._text)
            except asyncio.QueueFull:
                self._queues.discard(queue)
                queue.shutdown(immediate=True)

    async def serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one reader until it leaves. ``?print=`` is the fingerprint of the page it has."""
        await receive()
        if len(self._queues) >= settings.STATUS_READERS:
            await send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN})
            return
        await send({"type": "websocket.accept"})
        queue: asyncio.Queue[str] = asyncio.Queue(MAX_QUEUED_MESSAGES)
        if _has(scope) != self._print and self._text:
            queue.put_nowait(self._text)
        self._queues.add(queue)
        metrics.VIEWERS.labels("status").inc()
        feeding = asyncio.create_task(_feed(queue, send))
        try:
            await _until_gone(receive, feeding)
        finally:
            metrics.VIEWERS.labels("status").dec()
            self._queues.discard(queue)
            feeding.cancel()


def _has(scope: dict[str, Any]) -> str:
    return parse_qs(scope["query_string"].decode("latin-1")).get("print", [""])[0]


async def _feed(queue: asyncio.Queue[str], send: Any) -> None:
    try:
        while True:
            await send({"type": "websocket.send", "text": await queue.get()})
    except asyncio.QueueShutDown:
        await send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN})


async def _until_gone(receive: Any, feeding: "asyncio.Task[None]") -> None:
    """Wait until the reader disconnects, or its feed ends."""
    while not feeding.done():
        hearing = asyncio.ensure_future(receive())
        await asyncio.wait({hearing, feeding}, return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done():
            hearing.cancel()
            return
        if hearing.result()["type"] == "websocket.disconnect":
            return

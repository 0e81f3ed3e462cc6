"""One browser, as a hub sees it: what it has, what waits for it, and whether it keeps up."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from incidents.panels.renderers import Fragment
from kernel import clock
from live import messages, raw_socket
from live.access import Viewer

MAX_QUEUED_MESSAGES = 64
"""Messages queued for a slow browser, beside those in the server's own buffer."""

SLOW = 4408
LOST_ACCESS = 4403


class Event(dict[str, Any]):
    """A message as the ASGI event that carries it, and as the bytes of its websocket frame."""

    @cached_property
    def frame(self) -> bytes:
        return raw_socket.frame(self["text"])


type Send = Callable[[Event], Coroutine[Any, Any, None]]


def text(message: Mapping[str, Any]) -> Event:
    return Event(type="websocket.send", text=messages.encode(message))


class Batch:
    """Entries that follow one another, encoded once for everybody who gets all of them."""

    def __init__(self, fragments: Sequence[Fragment]) -> None:
        self.fragments = fragments
        self.first, self.last = fragments[0].seq, fragments[-1].seq

    @cached_property
    def event(self) -> Event:
        return text(messages.entries(self.fragments))

    def after(self, seq: int) -> "Batch":
        return Batch([f for f in self.fragments if f.seq > seq]) if self.first <= seq else self


class Connection:
    """Never awaited by the hub. ``ended`` resolves to a close code when the hub gives it up.

    ``seq`` is the last entry that it was sent. Until ``release`` batches are
    held back, so that what was missed goes first. ``place`` is the lane whose page it shows,
    ``heard_at`` the time of its last message.
    """

    def __init__(self, viewer: Viewer, send: Send, seq: int, place: str = "") -> None:
        self.viewer = viewer
        self.seq = seq
        self.place = place
        self.heard_at: datetime = clock.now()
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._send, self._raw_socket = send, raw_socket.of(send)
        self._unreleased: list[Batch] | None = []
        self._waiting: deque[Event] = deque()
        self._sending: asyncio.Task[None] | None = None

    def give(self, batch: Batch) -> None:
        """Send the next entries that this browser lacks, or hold them back until the release."""
        if self._unreleased is not None:
            self._unreleased.append(batch)
        elif batch.last > self.seq:
            event = batch.after(self.seq).event
            self.seq = batch.last
            self.push(event)

    def release(self, missed: Batch | None) -> None:
        """Send what was missed, then what arrived meanwhile; each entry once."""
        unreleased, self._unreleased = self._unreleased or [], None
        for batch in [missed, *unreleased] if missed else unreleased:
            self.give(batch)

    def push(self, event: Event) -> None:
        """Send an event now if the server takes it, else queue it; drop a browser that is too slow.

        A thousand quick browsers cost no turn of the event loop.
        """
        if self._sending is not None:
            self._let_wait(event)
        elif not self.ended.done() and not (
            self._raw_socket and self._raw_socket.write(event.frame)
        ):
            self._hand_over(event)

    def _hand_over(self, event: Event) -> None:
        """An eager task runs at once and, with room in the server's buffer, ends at once."""
        task = asyncio.Task(self._send(event), loop=self._loop, eager_start=True)
        if not task.done():
            self._sending = task
            task.add_done_callback(self._sent)
        elif task.exception() is not None:
            self._sent(task)

    def _let_wait(self, event: Event) -> None:
        if len(self._waiting) < MAX_QUEUED_MESSAGES:
            self._waiting.append(event)
        else:
            self.drop(SLOW)

    def _sent(self, task: asyncio.Task[None]) -> None:
        """A browser that was slow took its message, or has gone."""
        self._sending = None
        if task.cancelled() or isinstance(task.exception(), OSError | RuntimeError):
            # Its consumer hears by itself that the browser has gone. A server that finds it gone
            # in the middle of the handshake calls the message unexpected (RuntimeError).
            self._waiting.clear()
            return
        task.result()
        while self._waiting and self._sending is None:
            self.push(self._waiting.popleft())

    def dismiss(self, reason: str) -> None:
        """Send the reason and close; a browser that does not read even that is cut off."""
        self._waiting.clear()
        if self._sending is not None:
            self.drop(LOST_ACCESS)
            return
        self.push(text(messages.bye(reason)))
        self.drop(LOST_ACCESS)

    def drop(self, code: int) -> None:
        self._waiting.clear()
        if self._sending is not None:
            self._sending.cancel()
        if not self.ended.done():
            self.ended.set_result(code)

    def cut(self, code: int) -> None:
        """Close after the bytes that it does not read, where the server lets us."""
        if self._raw_socket is not None:
            self._raw_socket.cut(code)

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

WAITING = 64
"""Messages that may wait for a slow browser, beside what the server's own buffer takes."""

SLOW = 4408
LOST_ACCESS = 4403


class Event(dict[str, Any]):
    """A message as the ASGI event that carries it, and as the bytes that go over the wire."""

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

    ``seq`` is the last entry that it was sent. Until ``release`` batches are held back, so that
    what was missed goes first. ``place`` is the lane whose page it shows, ``heard_at`` when it last
    said anything.
    """

    def __init__(self, viewer: Viewer, send: Send, seq: int, place: str = "") -> None:
        self.viewer = viewer
        self.seq = seq
        self.place = place
        self.heard_at: datetime = clock.now()
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._send, self._wire = send, raw_socket.of(send)
        self._held: list[Batch] | None = []
        self._waiting: deque[Event] = deque()
        self._sending: asyncio.Task[None] | None = None

    def give(self, batch: Batch) -> None:
        """The next entries: held before the release, trimmed to what this browser lacks."""
        if self._held is not None:
            self._held.append(batch)
        elif batch.last > self.seq:
            event = batch.after(self.seq).event
            self.seq = batch.last
            self.push(event)

    def release(self, missed: Batch | None) -> None:
        """What was missed, then what was held meanwhile; each entry once."""
        held, self._held = self._held or [], None
        for batch in [missed, *held] if missed else held:
            self.give(batch)

    def push(self, event: Event) -> None:
        """Hand over one event now if the server takes it, else let it wait; drop who is too slow.

        A thousand quick browsers cost no turn of the event loop.
        """
        if self._sending is not None:
            self._let_wait(event)
        elif not self.ended.done() and not (self._wire and self._wire.write(event.frame)):
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
        if len(self._waiting) < WAITING:
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
        """Nothing more but why; a browser that does not even take that is cut off."""
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
        """Close behind what it was sent and does not take, where the server lets us."""
        if self._wire is not None:
            self._wire.cut(code)

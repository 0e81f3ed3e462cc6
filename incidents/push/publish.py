"""The only sending on the channel layer. Messages carry a topic and a number, never content.

Called after commit, so it never raises: what it would say is already in the database, hubs look
there every two seconds and browsers poll. An outage is logged once, and once more when it ends.

Why a loop of its own: request threads and Celery workers have none, and ``async_to_sync`` opens a
loop and a Redis connection for every call (4.7 ms measured, against 0.36 ms here, which is what a
plain ``PUBLISH`` takes). This way nothing depends on how a channel layer names or packs things.
Nor does a writer wait for it: what is left when a process ends is still said, for a moment; what
dies with a process that is killed, hubs find.
"""

import asyncio
import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from channels.layers import get_channel_layer

from incidents.push import topics

logger = logging.getLogger(__name__)

type Messages = dict[str, dict[str, Any]]
"""By the group that each is for."""

MAX_WAITING_MESSAGES = 200
"""Messages that may be left unsaid before a writer waits for them to be said."""

BATCH_SIZE = 50

PAUSE_SECONDS = 0.05
"""Seconds between two sayings: who writes much is said together, the first is said at once."""

WRITER_TIMEOUT_SECONDS = 0.25
"""Seconds that a writer then waits for a working layer; it never waits for one that is down."""

SEND_TIMEOUT_SECONDS = 5.0
"""Seconds after which an attempt counts as failed."""


def entry(incident_id: int, seq: int, *, duties: bool = False) -> None:
    """A timeline entry was committed; ``duties``: it changes what somebody must do."""
    group = topics.incident(incident_id)
    message = {"type": topics.ENTRY, "incident": incident_id, "seq": seq, "at": time.time()}
    messages = {group: message}
    _send(messages | _work() if duties else messages)


def duties_changed(incident_id: int) -> None:
    """What somebody must do next has changed without an entry that says so."""
    message = {"type": topics.DUTIES, "incident": incident_id}
    _send({topics.incident(incident_id): message} | _work())


def _work() -> Messages:
    """Not even which incident: each hub looks for itself whom it concerns, and who may know."""
    return {topics.WORK: {"type": topics.WORK}}


def access_changed(person_id: int | None = None, incident_id: int | None = None) -> None:
    """Somebody was removed, signed out or demoted, or an incident was restricted."""
    message = {"type": topics.LOST_ACCESS, "person": person_id, "incident": incident_id}
    _send({topics.ACCESS: message})


async def ping(channel: str) -> None:
    """A hub's message to itself: it comes back when the layer works in both directions."""
    await get_channel_layer().send(channel, {"type": topics.PING})


class _Sender:
    """One thread with one event loop, and so one connection, for all writers of the process.

    A writer leaves what it has to say and goes on. It waits only where many have been left, so that
    what is unsaid stays little.
    """

    def __init__(self) -> None:
        self.works, self.reported = True, False
        self.left: deque[Messages] = deque()
        self.busy = False
        self.changed = threading.Condition()
        self.trying: Future[None] | None = None
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="live-publish", daemon=True).start()

    def send(self, messages: Messages) -> None:
        with self.changed:
            if not self.works and self.busy:
                return
            self.left.append(messages)
            if not self.busy:
                self.busy = True
                self.trying = asyncio.run_coroutine_threadsafe(self._attempt(), self.loop)
            self._wait(lambda: len(self.left) <= MAX_WAITING_MESSAGES, WRITER_TIMEOUT_SECONDS)

    def finish(self) -> None:
        """When the process ends: wait until what was left is said, as long as one attempt lasts."""
        with self.changed:
            self._wait(lambda: not self.busy, SEND_TIMEOUT_SECONDS)

    def _wait(self, happened: Callable[[], bool], seconds: float) -> None:
        """But not for a layer that is down, and for one that is slow only until that is known."""
        if self.works and not self.changed.wait_for(lambda: happened() or not self.works, seconds):
            self.works = False

    async def _attempt(self) -> None:
        """Say all that was left, in its order, until nothing is."""
        while (messages := self._next()) is not None:
            try:
                for group, message in messages:
                    async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                        await get_channel_layer().group_send(group, message)
            except Exception as error:  # noqa: BLE001  (whatever the layer raises, the write stands)
                self._failed(error)
            else:
                if self.reported:
                    logger.warning("The channel layer works again")
                self.works, self.reported = True, False
            await asyncio.sleep(PAUSE_SECONDS)

    def _next(self) -> list[tuple[str, dict[str, Any]]] | None:
        """A part of what was left; None ends the attempt.

        Each group is told once of a kind of thing: how far a timeline has come includes how far it
        came before.
        """
        with self.changed:
            parts = [self.left.popleft() for _ in range(min(len(self.left), BATCH_SIZE))]
            self.busy = bool(parts)
            self.changed.notify_all()
        if not parts:
            return None
        messages = [pair for part in parts for pair in part.items()]
        return list(
            {_about(group, message): (group, message) for group, message in messages}.values()
        )

    def _failed(self, why: object) -> None:
        if not self.reported:
            logger.error("The channel layer is down, browsers poll meanwhile: %s", why)
        with self.changed:
            self.works, self.reported = False, True
            self.left.clear()
            self.changed.notify_all()


def _about(group: str, message: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a later message says as well; two people's access are two things."""
    return group, message["type"], message.get("person"), message.get("incident")


_sender: _Sender | None = None
_starting = threading.Lock()


def _send(messages: Messages) -> None:
    global _sender
    if _sender is None:
        with _starting:
            _sender = _sender or _Sender()
    _sender.send(messages)


def _finish() -> None:
    if _sender is not None:
        _sender.finish()


def _forget() -> None:
    """A forked worker (Celery) has no thread: it starts its own."""
    global _sender, _starting
    _sender, _starting = None, threading.Lock()


atexit.register(_finish)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)

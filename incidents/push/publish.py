"""The only sender on the channel layer. Messages carry a topic and a number, never content.

Called after commit, so it never raises: the change is already in the database, where hubs look
every two seconds and browsers poll. An outage is logged once, and once more when it ends.

Why a loop of its own: request threads and Celery workers have none, and ``async_to_sync`` opens a
loop and a Redis connection for every call (4.7 ms measured, against 0.36 ms here, which is what a
plain ``PUBLISH`` takes). This way nothing depends on how a channel layer names or packs things.
Writers do not wait for the sending either. When a process ends, it gets a moment to send what is
queued; hubs find by themselves what a killed process did not send.
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
"""Messages by the group that each is for."""

MAX_QUEUED_MESSAGES = 200
"""Messages in the queue from which on a writer waits until they are sent."""

BATCH_SIZE = 50

PAUSE_SECONDS = 0.05
"""Pause between two batches: frequent messages are batched, the first is sent immediately."""

WRITER_TIMEOUT_SECONDS = 0.25
"""How long a writer then waits for a working layer; it never waits for one that is down."""

SEND_TIMEOUT_SECONDS = 5.0
"""How long sending a message may take before it counts as failed."""


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
    """A message without an incident: each hub looks up whom it concerns and who may see it."""
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

    A writer adds its messages to the queue and continues. It waits only when the queue is long, so
    that little is lost when the process is killed.
    """

    def __init__(self) -> None:
        self.works, self.reported = True, False
        self.queue: deque[Messages] = deque()
        self.busy = False
        self.changed = threading.Condition()
        self.trying: Future[None] | None = None
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="live-publish", daemon=True).start()

    def send(self, messages: Messages) -> None:
        with self.changed:
            if not self.works and self.busy:
                return
            self.queue.append(messages)
            if not self.busy:
                self.busy = True
                self.trying = asyncio.run_coroutine_threadsafe(self._attempt(), self.loop)
            self._wait(lambda: len(self.queue) <= MAX_QUEUED_MESSAGES, WRITER_TIMEOUT_SECONDS)

    def finish(self) -> None:
        """When the process ends: wait until the queue is sent, as long as one message may take."""
        with self.changed:
            self._wait(lambda: not self.busy, SEND_TIMEOUT_SECONDS)

    def _wait(self, happened: Callable[[], bool], seconds: float) -> None:
        """Wait, but not for a layer that is down; one that is too slow counts as down."""
        if self.works and not self.changed.wait_for(lambda: happened() or not self.works, seconds):
            self.works = False

    async def _attempt(self) -> None:
        """Send the queue in order, until it is empty."""
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
        """The next batch of the queue; None ends the attempt.

        Of several messages about the same thing only the last is sent to each group: the newest
        sequence number of a timeline includes the earlier ones.
        """
        with self.changed:
            parts = [self.queue.popleft() for _ in range(min(len(self.queue), BATCH_SIZE))]
            self.busy = bool(parts)
            self.changed.notify_all()
        if not parts:
            return None
        messages = [pair for part in parts for pair in part.items()]
        return list(
            {_message_key(group, message): (group, message) for group, message in messages}.values()
        )

    def _failed(self, why: object) -> None:
        if not self.reported:
            logger.error("The channel layer is down, browsers poll meanwhile: %s", why)
        with self.changed:
            self.works, self.reported = False, True
            self.queue.clear()
            self.changed.notify_all()


def _message_key(group: str, message: Mapping[str, Any]) -> tuple[Any, ...]:
    """The key by which a later message replaces an earlier one."""
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


def _reset_after_fork() -> None:
    """A forked worker (Celery) has no copy of the thread: it starts its own."""
    global _sender, _starting
    _sender, _starting = None, threading.Lock()


atexit.register(_finish)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)

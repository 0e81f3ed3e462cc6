"""The only sending on the channel layer. Messages carry a topic and a number, never content.

Called after commit, so it never raises: what it would say is already in the database, hubs look
there every two seconds and browsers poll. An outage is logged once, and once more when it ends.

Why a loop of its own: request threads and Celery workers have none, and ``async_to_sync`` opens a
loop and a Redis connection for every call (4.7 ms measured, against 0.36 ms here, which is what a
plain ``PUBLISH`` takes). This way nothing depends on how a channel layer names or packs things.
"""

import asyncio
import logging
import os
import threading
import time
from concurrent.futures import Future
from typing import Any

from channels.layers import get_channel_layer

from incidents.live import topics

logger = logging.getLogger(__name__)

type Messages = dict[str, dict[str, Any]]
"""By the group that each is for."""

PATIENCE = 0.25
"""Seconds that a writer waits for a working layer; it never waits for one that is down."""

GIVE_UP = 5.0
"""Seconds after which an attempt counts as failed."""


def entry(incident_id: int, seq: int, *, duties: bool = False) -> None:
    """A timeline entry was committed; ``duties``: it changes what somebody must do."""
    group = topics.incident(incident_id)
    message = {"type": topics.ENTRY, "incident": incident_id, "seq": seq, "at": time.time()}
    told = {group: message}
    _send(told | _work() if duties else told)


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
    """One thread with one event loop, and so one connection, for all writers of the process."""

    def __init__(self) -> None:
        self.works, self.reported = True, False
        self.trying: Future[None] | None = None
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="live-publish", daemon=True).start()

    def send(self, told: Messages) -> None:
        if not self.works and self.trying is not None and not self.trying.done():
            return
        worked = self.works
        self.trying = asyncio.run_coroutine_threadsafe(self._attempt(told), self.loop)
        if worked:
            try:
                self.trying.result(PATIENCE)
            except TimeoutError:  # slow is not down, but nobody waits for it again until it answers
                self.works = False

    async def _attempt(self, told: Messages) -> None:
        try:
            async with asyncio.timeout(GIVE_UP):
                for group, message in told.items():
                    await get_channel_layer().group_send(group, message)
        except Exception as error:  # noqa: BLE001  (whatever the layer raises, the write stands)
            self._failed(error)
        else:
            if self.reported:
                logger.warning("The channel layer works again")
            self.works, self.reported = True, False

    def _failed(self, why: object) -> None:
        if not self.reported:
            logger.error("The channel layer is down, browsers poll meanwhile: %s", why)
        self.works, self.reported = False, True


_sender: _Sender | None = None
_starting = threading.Lock()


def _send(told: Messages) -> None:
    global _sender
    if _sender is None:
        with _starting:
            _sender = _sender or _Sender()
    _sender.send(told)


def _forget() -> None:
    """A forked worker (Celery) has no thread: it starts its own."""
    global _sender, _starting
    _sender, _starting = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)

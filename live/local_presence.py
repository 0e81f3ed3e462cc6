"""The presence of one hub's browsers: exchanged with the other processes and sent to all.

Every ``EXCHANGE_INTERVAL_SECONDS`` each room's people go to Valkey and everybody's come back. A
browser that sends nothing for ``GONE_AFTER`` (its machine sleeps, its network is gone) is not
counted although its socket is still open. So it is asked first: even a tab in the background, whose
timers the browser slows down, answers a message. With ``presence_store.FRESH`` presence is true
within ten seconds.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import DatabaseError

from incidents.web.attendance import NOTE_EVERY, note_in_room
from kernel import clock
from live import messages, presence_store
from live.connection import Connection, text
from live.db_thread import DbThread
from live.presence_store import Present
from live.room import Access, Room

logger = logging.getLogger(__name__)

EXCHANGE_INTERVAL_SECONDS = 1.5
"""Time between two exchanges with Valkey."""

COALESCE_SECONDS = 0.1
"""Joins and departures within this time cost one exchange."""

PAUSE_FACTOR = 10
"""While people come and go an exchange may take one part in so many of the time: it is longer where
more are present, and presence matters less than the entries themselves."""

ASK_BATCH_SIZE = 100
"""Browsers asked in one go, so that their answers do not all come at once."""

ASK_AFTER = timedelta(seconds=2.5)
GONE_AFTER = timedelta(seconds=6)

_ASK = text(messages.ASK)


class LocalPresence:
    """Writes from one thread, so that the latest report is written last."""

    def __init__(self, rooms: Mapping[int, Room], access: Access, write: DbThread) -> None:
        self._rooms, self._access, self._write = rooms, access, write
        self._stored_at: datetime | None = None
        self._source = f"hub-{uuid4().hex}"
        self._left: set[int] = set()
        self._changed = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live-presence")
        self._pause = COALESCE_SECONDS
        self._tasks = [
            asyncio.create_task(self._exchange_forever(), name="live-presence"),
            asyncio.create_task(self._ask_forever(), name="live-presence-asking"),
        ]

    def note_joined(self) -> None:
        self._changed.set()

    def note_left(self, incident_id: int) -> None:
        """A browser has gone from this room, perhaps the last one."""
        self._left.add(incident_id)
        self._changed.set()

    def close(self) -> None:
        """The hub ends: nobody is here any more."""
        for task in self._tasks:
            task.cancel()
        gone = frozenset(self._left)
        self._thread.submit(presence_store.exchange, self._source, {}, clock.now(), gone)
        self._thread.shutdown(wait=False)

    async def _exchange_forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EXCHANGE_INTERVAL_SECONDS):
                    await self._changed.wait()
                    await asyncio.sleep(self._pause)
            self._changed.clear()
            began = time.monotonic()
            try:
                await self._exchange(clock.now())
            except Exception:  # tried again at the next interval; presence is unknown meanwhile
                logger.exception("Who is in the rooms could not be told")
                self._show({})
            self._pause = max(COALESCE_SECONDS, PAUSE_FACTOR * (time.monotonic() - began))

    async def _ask_forever(self) -> None:
        """In each interval ask the silent browsers, spread over half of it."""
        while True:
            await asyncio.sleep(EXCHANGE_INTERVAL_SECONDS / 2)
            here = [c for room in self._rooms.values() for c in room.connections]
            batches = [
                here[at : at + ASK_BATCH_SIZE] for at in range(0, len(here), ASK_BATCH_SIZE)
            ] or [[]]
            for batch in batches:
                self._ask(batch, clock.now())
                await asyncio.sleep(EXCHANGE_INTERVAL_SECONDS / 2 / len(batches))

    @staticmethod
    def _ask(connections: Iterable[Connection], now: datetime) -> None:
        for connection in connections:
            if now - connection.heard_at >= ASK_AFTER:
                connection.push(_ASK)

    async def _exchange(self, now: datetime) -> None:
        here = {number: self._here(room, now) for number, room in self._rooms.items()}
        gone, self._left = self._left - set(here), set()
        presence_lines = await asyncio.get_running_loop().run_in_executor(
            self._thread, _exchange_and_render, self._source, here, now, gone
        )
        await self._access()
        self._show({number: presence_lines.get(number, "") for number in here})
        await self._store(here, now)

    async def _store(self, here: Mapping[int, list[Present]], now: datetime) -> None:
        """Store who of the commands is here, now and then: what is in Valkey may be lost."""
        if not here or (self._stored_at is not None and now - self._stored_at < NOTE_EVERY):
            return
        people = {number: {tab.person_id for tab in tabs} for number, tabs in here.items()}
        # A database that is away is noticed by the hub; here the next exchange tries again.
        with contextlib.suppress(DatabaseError):
            await self._write(note_in_room, people, now)
            self._stored_at = now

    def _show(self, lines: Mapping[int, str]) -> None:
        """A room that was opened meanwhile is shown at the next exchange."""
        for number, room in self._rooms.items():
            room.show_presence(lines.get(number, ""))

    @staticmethod
    def _here(room: Room, now: datetime) -> list[Present]:
        return [_present(c) for c in room.connections if now - c.heard_at < GONE_AFTER]


def _present(connection: Connection) -> Present:
    viewer = connection.viewer
    return Present(viewer.person_id, viewer.name, connection.place)


def _exchange_and_render(
    source: str, here: Mapping[int, list[Present]], now: datetime, gone: set[int]
) -> dict[int, str]:
    """Exchange and render each room's line, away from the event loop."""
    rooms = presence_store.exchange(source, here, now, gone) or {}
    return {number: presence_store.render(people) for number, people in rooms.items()}

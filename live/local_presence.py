"""The presence of one hub's browsers: asked for, told to the other processes, shown to all.

Every ``BEAT`` each room's people go to Valkey and everybody's come back. A browser that is not
heard for ``HEARD`` (its machine sleeps, its network is gone) is not counted although its socket
still stands, so it is asked: the answer to a message is given also by a tab in the background,
whose timers the browser slows down. With ``presence.FRESH`` that is true within ten seconds.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

from kernel import clock
from live import messages, presence_store
from live.connection import Connection, text
from live.presence_store import Present
from live.room import Access, Room

logger = logging.getLogger(__name__)

BEAT = 1.5
"""Seconds between two exchanges with Valkey."""

SOON = 0.1
"""Seconds within which several who come or leave cost one exchange."""

SHARE = 10
"""While people come and go an exchange may take one part in so many of the time: it is longer where
more are present, and to be told who is here is worth less than what they came for."""

SLICE = 100
"""So many are asked at a time, so that their answers do not all come at once."""

ASKED = timedelta(seconds=2.5)
HEARD = timedelta(seconds=6)

_ASK = text(messages.ASK)


class Attendance:
    """Writes from one thread, so that what was said last stands last."""

    def __init__(self, rooms: Mapping[int, Room], access: Access) -> None:
        self._rooms, self._access = rooms, access
        self._source = f"hub-{uuid4().hex}"
        self._left: set[int] = set()
        self._changed = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live-presence")
        self._pause = SOON
        self._tasks = [
            asyncio.create_task(self._keep(), name="live-presence"),
            asyncio.create_task(self._keep_asking(), name="live-presence-asking"),
        ]

    def came(self) -> None:
        self._changed.set()

    def left(self, incident_id: int) -> None:
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

    async def _keep(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    await self._changed.wait()
                    await asyncio.sleep(self._pause)
            self._changed.clear()
            began = time.monotonic()
            try:
                await self._exchange(clock.now())
            except Exception:  # it is tried again at the next beat, and meanwhile nobody knows
                logger.exception("Who is in the rooms could not be told")
                self._show({})
            self._pause = max(SOON, SHARE * (time.monotonic() - began))

    async def _keep_asking(self) -> None:
        """Each beat, those who were not heard lately, spread over half of it."""
        while True:
            await asyncio.sleep(BEAT / 2)
            here = [c for room in self._rooms.values() for c in room.connections]
            slices = [here[at : at + SLICE] for at in range(0, len(here), SLICE)] or [[]]
            for some in slices:
                self._ask(some, clock.now())
                await asyncio.sleep(BEAT / 2 / len(slices))

    @staticmethod
    def _ask(some: Iterable[Connection], now: datetime) -> None:
        for connection in some:
            if now - connection.heard_at >= ASKED:
                connection.push(_ASK)

    async def _exchange(self, now: datetime) -> None:
        here = {number: self._here(room, now) for number, room in self._rooms.items()}
        gone, self._left = self._left - set(here), set()
        found = await asyncio.get_running_loop().run_in_executor(
            self._thread, _exchanged, self._source, here, now, gone
        )
        await self._access()
        self._show({number: found.get(number, "") for number in here})

    def _show(self, lines: Mapping[int, str]) -> None:
        """A room that was opened meanwhile has its turn next; that was asked for."""
        for number, room in self._rooms.items():
            room.attend(lines.get(number, ""))

    @staticmethod
    def _here(room: Room, now: datetime) -> list[Present]:
        return [_present(c) for c in room.connections if now - c.heard_at < HEARD]


def _present(connection: Connection) -> Present:
    viewer = connection.viewer
    return Present(viewer.person_id, viewer.name, connection.place)


def _exchanged(
    source: str, here: Mapping[int, list[Present]], now: datetime, gone: set[int]
) -> dict[int, str]:
    """Away from the event loop: the exchange, and the line of each room."""
    found = presence_store.exchange(source, here, now, gone) or {}
    return {number: presence_store.render(people) for number, people in found.items()}

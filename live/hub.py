"""One hub per process: one subscription per incident, every browser of the process behind it.

It lives from the first connection to the last. What arrives on the channel layer only says how far
a timeline has come; what is sent is read from the database, so a lost message costs at most the
two seconds until the hub looks by itself.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from math import inf
from typing import Any
from weakref import WeakKeyDictionary

from incidents.push import topics
from kernel import clock
from live import access, messages
from live.connection import Connection, text
from live.db_thread import DbThread
from live.home_pages import HomePages
from live.local_presence import LocalPresence
from live.room import Room
from live.subscription import Subscription

logger = logging.getLogger(__name__)

LOOK_INTERVAL_SECONDS = 1.8
"""Time between two looks at the database: who may still watch, and where timelines end."""

STALE_AFTER_SECONDS = 3.0
"""Nothing is sent on an older judgement: with the look interval, five seconds after losing it."""


class Hub:
    def __init__(self) -> None:
        self.rooms: dict[int, Room] = {}
        self.degraded = self.blind = False
        self._entries, self._panels = DbThread("entries"), DbThread("panels")
        self._judged_at, self._unjudged = time.monotonic(), inf
        self._access_changed_at = -inf
        self._judging = asyncio.Lock()
        self._look_now = asyncio.Event()
        self._subscription = Subscription(self._hear, self._note_layer)
        self._presence = LocalPresence(self.rooms, self._ensure_judged, self._entries)
        self.home_pages = HomePages(self._entries, self._ensure_judged)
        self._looking = asyncio.create_task(self._look_forever(), name="live-hub")

    async def join(self, connection: Connection, head: int, since: float) -> None:
        """Join, then replay what was missed, then follow.

        ``head`` is an end of the timeline that was read before; ``since`` the moment at which the
        connection was judged. A hub from ``here()`` must be joined without awaiting
        anything between: it ends with its last connection.
        """
        self._unjudged = min(self._unjudged, since)
        number = connection.viewer.incident_id
        assert number is not None
        room = self.rooms.get(number)
        if room is None:
            room = Room(number, head, self._entries, self._panels, self._ensure_judged)
            self.rooms[number] = room
        room.connections.add(connection)
        await self._subscription.add(topics.incident(number))
        await room.replay(connection)
        room.send_to(self._status(connection.seq), [connection])
        room.send_to(messages.presence(room.presence_html), [connection])
        self._presence.note_joined()

    async def join_home(self, connection: Connection, mark: str, since: float) -> None:
        """The same for a home page, which has ``mark``."""
        self._unjudged = min(self._unjudged, since)
        self.home_pages.connections.add(connection)
        await self._subscription.add(topics.WORK)
        await self.home_pages.join(connection, mark)
        connection.push(text(self._status(0)))

    def leave(self, connection: Connection) -> None:
        number = connection.viewer.incident_id
        if number is None:
            self._leave_home(connection)
        else:
            self._leave_room(connection, number)
        if not self.rooms and not self.home_pages.connections:
            self.close()

    def _leave_home(self, connection: Connection) -> None:
        self.home_pages.leave(connection)
        if not self.home_pages.connections:
            self._subscription.discard(topics.WORK)

    def _leave_room(self, connection: Connection, number: int) -> None:
        room = self.rooms.get(number)
        if room is None:
            return
        room.connections.discard(connection)
        self._presence.note_left(number)
        if not room.connections:
            room.close()
            del self.rooms[number]
            self._subscription.discard(topics.incident(number))

    def close(self) -> None:
        """The last browser has gone: give back the threads, their connections and the channel."""
        loop = asyncio.get_running_loop()
        if _hubs.get(loop) is not self:
            return
        del _hubs[loop]
        self._looking.cancel()
        self._subscription.close()
        self._presence.close()
        self.home_pages.close()
        self._entries.close()
        self._panels.close()

    def _hear(self, message: dict[str, Any]) -> None:
        """A message of the channel layer."""
        if message["type"] == topics.LOST_ACCESS:
            self._access_changed_at = time.monotonic()
            self._look_now.set()
            return
        if message["type"] == topics.WORK:
            self.home_pages.look_soon()
            return
        room = self.rooms.get(message["incident"])
        if room is None:
            return
        if message["type"] == topics.ENTRY:
            room.note_commit(message["seq"], message["at"])
        elif message["type"] == topics.DUTIES:
            room.send_to(messages.DUTIES)

    def _note_layer(self, works: bool) -> None:
        """The channel layer stopped or started to work: browsers poll meanwhile."""
        self.degraded = not works
        self._look_now.set()
        self._send_status()

    def _note_database(self, seen: bool) -> None:
        """The database stopped or started to answer: nothing new can be shown meanwhile."""
        if self.blind == seen:
            self.blind = not seen
            self._send_status()

    def _status(self, seq: int) -> Mapping[str, Any]:
        if self.blind:
            return messages.blind(seq)
        return messages.degraded(seq) if self.degraded else messages.live(seq)

    def _send_status(self) -> None:
        for room in self.rooms.values():
            room.send_to(self._status(room.seq))
        for connection in tuple(self.home_pages.connections):
            connection.push(text(self._status(0)))

    async def _look_forever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_INTERVAL_SECONDS):
                    await self._look_now.wait()
            except TimeoutError:
                pass
            self._look_now.clear()
            try:
                await self._look_and_report()
            except Exception:  # the database is away: nothing is sent until it answers
                logger.exception("The hub could not look at the database")

    async def _look_and_report(self) -> None:
        """Browsers learn of a look that fails, or is not done when nothing may be sent any more."""
        look = asyncio.create_task(self._look())
        try:
            _, waiting = await asyncio.wait({look}, timeout=STALE_AFTER_SECONDS)
            if waiting:
                self._note_database(False)
            await look
        except Exception:
            self._note_database(False)
            raise
        finally:
            look.cancel()
        self._note_database(True)

    def _is_stale(self) -> bool:
        """Who came since the last look was judged at the door, which may have been before it."""
        judged_at = min(self._judged_at, self._unjudged)
        too_old = time.monotonic() - judged_at > STALE_AFTER_SECONDS
        return too_old or judged_at <= self._access_changed_at

    async def _ensure_judged(self, *, anew: bool = False) -> None:
        if anew:
            self._access_changed_at = time.monotonic()
        if self._is_stale():
            async with self._judging:
                if self._is_stale():  # else somebody else has looked while we waited
                    await self._judge()

    async def _look(self) -> None:
        """Judge every connection again, send off who lost access, notice unheard entries."""
        async with self._judging:
            heads = await self._judge()
        for number, head in heads.items():
            if room := self.rooms.get(number):
                room.note_head(head)
        self.home_pages.look_soon()

    async def _judge(self) -> dict[int, int]:
        started = time.monotonic()
        self._judged_at, self._unjudged = min(self._judged_at, self._unjudged), inf
        present = [c for room in self.rooms.values() for c in room.connections]
        present += self.home_pages.connections
        viewers = {connection.viewer for connection in present}
        judgement = await self._panels(access.judge, viewers, clock.now())
        for connection in present:
            if reason := judgement.lost.get(connection.viewer):
                connection.dismiss(reason)
                self.leave(connection)
        self._judged_at = started
        return judgement.heads


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def here() -> Hub:
    """The hub of this process (strictly: of the running event loop), started when there is none."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def leave(connection: Connection) -> None:
    """Take a connection out of the hub that it is in, if it still is."""
    if current := _hubs.get(asyncio.get_running_loop()):
        current.leave(connection)

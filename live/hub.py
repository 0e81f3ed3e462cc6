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
from live.db_thread import Reader
from live.home_pages import Desk
from live.local_presence import Attendance
from live.room import Room
from live.subscription import Subscription

logger = logging.getLogger(__name__)

LOOK = 1.8
"""Seconds between two looks at the database: who may still watch, and where timelines end."""

STALE = 3.0
"""Nothing is sent on a judgement older than this: with LOOK, five seconds after losing access."""


class Hub:
    def __init__(self) -> None:
        self.rooms: dict[int, Room] = {}
        self.degraded = self.blind = False
        self._entries, self._panels = Reader("entries"), Reader("panels")
        self._judged_at, self._unjudged = time.monotonic(), inf
        self._judging = asyncio.Lock()
        self._look_now = asyncio.Event()
        self._subscription = Subscription(self._hear, self._health)
        self._attendance = Attendance(self.rooms, self._fresh)
        self.desk = Desk(self._entries, self._fresh)
        self._looking = asyncio.create_task(self._keep_looking(), name="live-hub")

    async def join(self, connection: Connection, head: int, since: float) -> None:
        """Join, then replay what was missed, then follow.

        ``head`` is an end of the timeline that was read before; ``since`` the moment at which the
        connection was judged. A hub that is asked for with ``here`` must be joined without awaiting
        anything between: it ends with its last connection.
        """
        self._unjudged = min(self._unjudged, since)
        number = connection.viewer.incident_id
        assert number is not None
        room = self.rooms.get(number)
        if room is None:
            room = Room(number, head, self._entries, self._panels, self._fresh)
            self.rooms[number] = room
        room.connections.add(connection)
        await self._subscription.add(topics.incident(number))
        await room.replay(connection)
        room.tell(self._standing(connection.seq), [connection])
        room.tell(messages.presence(room.attendance), [connection])
        self._attendance.came()

    async def join_desk(self, connection: Connection, mark: str, since: float) -> None:
        """The same for a home page, which has ``mark``."""
        self._unjudged = min(self._unjudged, since)
        self.desk.connections.add(connection)
        await self._subscription.add(topics.WORK)
        await self.desk.join(connection, mark)
        connection.push(text(self._standing(0)))

    def leave(self, connection: Connection) -> None:
        number = connection.viewer.incident_id
        if number is None:
            self._leave_desk(connection)
        else:
            self._leave_room(connection, number)
        if not self.rooms and not self.desk.connections:
            self.close()

    def _leave_desk(self, connection: Connection) -> None:
        self.desk.leave(connection)
        if not self.desk.connections:
            self._subscription.discard(topics.WORK)

    def _leave_room(self, connection: Connection, number: int) -> None:
        room = self.rooms.get(number)
        if room is None:
            return
        room.connections.discard(connection)
        self._attendance.left(number)
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
        self._attendance.close()
        self.desk.close()
        self._entries.close()
        self._panels.close()

    def _hear(self, message: dict[str, Any]) -> None:
        """A message of the channel layer."""
        if message["type"] == topics.LOST_ACCESS:
            self._look_now.set()
            return
        if message["type"] == topics.WORK:
            self.desk.soon()
            return
        room = self.rooms.get(message["incident"])
        if room is None:
            return
        if message["type"] == topics.ENTRY:
            room.told(message["seq"], message["at"])
        elif message["type"] == topics.DUTIES:
            room.tell(messages.DUTIES)

    def _health(self, works: bool) -> None:
        """The channel layer stopped or started to work: browsers poll meanwhile."""
        self.degraded = not works
        self._look_now.set()
        self._tell_standing()

    def _sight(self, seen: bool) -> None:
        """The database stopped or started to answer: nothing new can be shown meanwhile."""
        if self.blind == seen:
            self.blind = not seen
            self._tell_standing()

    def _standing(self, seq: int) -> Mapping[str, Any]:
        if self.blind:
            return messages.blind(seq)
        return messages.degraded(seq) if self.degraded else messages.live(seq)

    def _tell_standing(self) -> None:
        for room in self.rooms.values():
            room.tell(self._standing(room.seq))
        for connection in tuple(self.desk.connections):
            connection.push(text(self._standing(0)))

    async def _keep_looking(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self._look_now.wait()
            except TimeoutError:
                pass
            self._look_now.clear()
            try:
                await self._look_or_say_so()
            except Exception:  # the database is away: nothing is sent until it answers
                logger.exception("The hub could not look at the database")

    async def _look_or_say_so(self) -> None:
        """A look that fails, or is not done when nothing may be sent any more, is told to all."""
        look = asyncio.create_task(self._look())
        try:
            _, waiting = await asyncio.wait({look}, timeout=STALE)
            if waiting:
                self._sight(False)
            await look
        except Exception:
            self._sight(False)
            raise
        finally:
            look.cancel()
        self._sight(True)

    def _stale(self) -> bool:
        """Who came since the last look was judged at the door, which may have been before it."""
        return time.monotonic() - min(self._judged_at, self._unjudged) > STALE

    async def _fresh(self) -> None:
        if self._stale():
            async with self._judging:
                if self._stale():  # else somebody else has looked while we waited
                    await self._judge()

    async def _look(self) -> None:
        """Judge every connection again, send off who lost access, notice unheard entries."""
        async with self._judging:
            heads = await self._judge()
        for number, head in heads.items():
            if room := self.rooms.get(number):
                room.hear(head)
        self.desk.soon()

    async def _judge(self) -> dict[int, int]:
        started = time.monotonic()
        self._judged_at, self._unjudged = min(self._judged_at, self._unjudged), inf
        present = [c for room in self.rooms.values() for c in room.connections]
        present += self.desk.connections
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

"""The home pages of one hub: each gets a message when its person's duties may have changed.

Nobody hears of an incident that they may not know. A message of the channel layer only prompts a
look; whom it concerns is found by comparing what each person may see before and now. So gaining or
losing access to an incident counts as a change too.
"""

import asyncio
import logging

from live import home_mark, messages
from live.connection import Connection, text
from live.db_thread import DbThread
from live.home_mark import Known, Visible
from live.room import Access

logger = logging.getLogger(__name__)

COALESCE_SECONDS = 0.15
"""Changes within this time become one look."""

_DUTIES = text(messages.DUTIES)


class HomePages:
    """Looks only while a home page is open: after a message, and with the hub's own looks."""

    def __init__(self, read: DbThread, access: Access) -> None:
        self.connections: set[Connection] = set()
        self._read, self._access = read, access
        self._known: dict[int, Known] = {}
        self._seen: dict[Connection, Visible] = {}
        self._looking = asyncio.Lock()
        self._changed = asyncio.Event()
        self._following = asyncio.create_task(self._follow(), name="live-desk")

    def close(self) -> None:
        self._following.cancel()

    def look_soon(self) -> None:
        """Something may have changed."""
        if self.connections:
            self._changed.set()

    async def join(self, connection: Connection, mark: str) -> None:
        """Follow from now on; a page that is out of date gets a message at once."""
        self.connections.add(connection)
        await self._look()
        if mark != await self._read(home_mark.mark_of_id, connection.viewer.person_id):
            connection.push(_DUTIES)

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._seen.pop(connection, None)

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(COALESCE_SECONDS)
            self._changed.clear()
            try:
                await self._look()
            except Exception:  # the hub looks again within two seconds
                logger.exception("What people have to do could not be looked at")

    async def _look(self) -> None:
        async with self._looking:
            present = tuple(self.connections)
            people = {connection.viewer.person_id for connection in present}
            seen = await self._read(home_mark.look, people, self._known)
            await self._access()
            self._known = dict(seen.known)
            for connection in self.connections.intersection(present):
                self._tell(connection, seen.visible_to(connection.viewer.person_id))

    def _tell(self, connection: Connection, visible: Visible) -> None:
        """What a page sees for the first time is its beginning, and no news."""
        before = self._seen.get(connection)
        self._seen[connection] = visible
        if before is not None and before != visible:
            connection.push(_DUTIES)

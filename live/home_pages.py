"""The home pages of one hub: each is told when what its person has to do may have changed.

Nobody is told of an incident that they may not know. What comes by the channel layer says only
that it is worth looking; whom it concerns is found by comparing what each may see before and now.
So an incident that somebody is let into, or put out of, is told as well.
"""

import asyncio
import logging

from live import home_mark, messages
from live.connection import Connection, text
from live.db_thread import Reader
from live.home_mark import Known, Visible
from live.room import Access

logger = logging.getLogger(__name__)

COALESCE = 0.15
"""Seconds within which changes become one look."""

_DUTIES = text(messages.DUTIES)


class Desk:
    """Looks only while a home page is open: when it is told to, and with the hub's own looks."""

    def __init__(self, read: Reader, access: Access) -> None:
        self.connections: set[Connection] = set()
        self._read, self._access = read, access
        self._known: dict[int, Known] = {}
        self._seen: dict[Connection, Visible] = {}
        self._looking = asyncio.Lock()
        self._changed = asyncio.Event()
        self._following = asyncio.create_task(self._follow(), name="live-desk")

    def close(self) -> None:
        self._following.cancel()

    def soon(self) -> None:
        """Something may have changed."""
        if self.connections:
            self._changed.set()

    async def join(self, connection: Connection, mark: str) -> None:
        """Follow from now on; told at once when the page is older than that."""
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
            await asyncio.sleep(COALESCE)
            self._changed.clear()
            try:
                await self._look()
            except Exception:  # the hub looks again within two seconds
                logger.exception("What people have to do could not be looked at")

    async def _look(self) -> None:
        async with self._looking:
            present = tuple(self.connections)
            people = {connection.viewer.person_id for connection in present}
            found = await self._read(home_mark.look, people, self._known)
            await self._access()
            self._known = dict(found.known)
            for connection in self.connections.intersection(present):
                self._tell(connection, found.visible_to(connection.viewer.person_id))

    def _tell(self, connection: Connection, visible: Visible) -> None:
        """What a page sees for the first time is its beginning, and no news."""
        before = self._seen.get(connection)
        self._seen[connection] = visible
        if before is not None and before != visible:
            connection.push(_DUTIES)

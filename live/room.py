"""One incident with browsers on it: reads what is new once, renders it once, gives it to all."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from incidents.models import Incident
from incidents.panels import renderers as render
from incidents.panels.renderers import Fragment
from incidents.rules.next_change import NextChange
from kernel import clock, metrics
from live import catchup, messages
from live.connection import Batch, Connection, text
from live.db_thread import Reader

logger = logging.getLogger(__name__)

COALESCE = 0.15
"""Seconds within which changes of panels become one message, of the latest state."""


class Access(Protocol):
    async def __call__(self) -> None:
        """Return once every connection was judged recently enough to be sent something."""


class Room:
    """``seq`` is the last entry given to everybody; ``attendance`` the line of who is here."""

    def __init__(
        self,
        incident_id: int,
        seq: int,
        entries: Reader,
        panels: Reader,
        access: Access,
    ) -> None:
        self.incident_id = incident_id
        self.seq = seq
        self.connections: set[Connection] = set()
        self.attendance = ""
        self._said: dict[int, float] = {}
        self._given_at: float | None = None
        self._recent: deque[Fragment] = deque(maxlen=catchup.MOST)
        self._read_entries, self._read_panels = entries, panels
        self._access = access
        self._replaying = asyncio.Lock()
        self._changed = asyncio.Event()
        self._duties = False
        self._dirty: set[str] = set()
        self._late: set[Connection] = set()
        self._painting: asyncio.Task[None] | None = None
        self._following = asyncio.create_task(self._follow(), name=f"room-{incident_id}")

    def close(self) -> None:
        self._following.cancel()
        if self._painting is not None:
            self._painting.cancel()

    def told(self, seq: int, at: float) -> None:
        """An entry is said to have been committed at ``at``; it may be given already."""
        self._said[seq] = at
        self.hear(seq)
        self._time()

    def _time(self) -> None:
        """How long the entries took that everybody has, of those that this room was told of."""
        for seq in [seq for seq in self._said if seq <= self.seq]:
            at = self._said.pop(seq)
            if self._given_at is not None:
                metrics.fanned_out(at, self._given_at)

    def hear(self, seq: int) -> None:
        """The timeline is said to have reached ``seq``: what lies between is read as well."""
        if seq > self.seq:
            self._changed.set()
        if self._dirty or self._late:
            self._paint_soon()

    def tell(self, message: Mapping[str, Any], to: Iterable[Connection] | None = None) -> None:
        """One message, encoded once, to everybody or to some."""
        event = text(message)
        for connection in tuple(self.connections if to is None else to):
            connection.push(event)

    def attend(self, html: str) -> None:
        """Who is here now, told when it has changed."""
        if html != self.attendance:
            self.attendance = html
            self.tell(messages.presence(html))

    async def replay(self, connection: Connection) -> None:
        """Give a browser that joined what it has missed, then let it follow."""
        missed = self._remembered(connection.seq)
        if missed is None:
            async with self._replaying:
                missed = self._remembered(connection.seq)
                if missed is None:
                    missed = await self._read_missed(connection)
        await self._access()
        connection.release(Batch(missed) if missed else None)
        if missed:
            self._late.add(connection)
            self._paint_soon()

    async def _read_missed(self, connection: Connection) -> list[Fragment]:
        """One browser's; the next who missed no more than that find it remembered."""
        found = await self._read_entries(catchup.missed, self.incident_id, connection.seq)
        if found.too_many:
            connection.push(text(messages.RELOAD))
        if found.too_many or not found.fragments:
            connection.seq = found.seq
        self._remember(found.fragments)
        return found.fragments

    def _remember(self, found: Sequence[Fragment]) -> None:
        """What comes right before what is remembered already, and was given to everybody."""
        first = self._recent[0].seq if self._recent else self.seq + 1
        before = [fragment for fragment in found if fragment.seq < first]
        if before and before[-1].seq == first - 1:
            self._recent = deque([*before, *self._recent], maxlen=catchup.MOST)

    def _remembered(self, after: int) -> list[Fragment] | None:
        """The entries after ``after`` when all of them are still here, rendered."""
        if after >= self.seq:
            return []
        if self._recent and self._recent[0].seq <= after + 1 and self._recent[-1].seq == self.seq:
            return [fragment for fragment in self._recent if fragment.seq > after]
        return None

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._advance()
            except Exception:  # the hub looks again within two seconds
                logger.exception("INC-%s could not be pushed", self.incident_id)

    async def _advance(self) -> None:
        found = await self._read_entries(catchup.missed, self.incident_id, self.seq)
        await self._access()
        if found.too_many:
            self.seq = found.seq
            self._recent.clear()
            self.tell(messages.RELOAD)
        if not found.fragments:
            return
        batch = Batch(found.fragments)
        self.seq = batch.last
        self._recent.extend(batch.fragments)
        for connection in tuple(self.connections):
            connection.give(batch)
        self._given_at = time.time()
        self._time()
        self._duties = self._duties or render.changes_duties(batch.fragments)
        self._dirty |= render.dirtied(batch.fragments)
        self._paint_soon()

    def _paint_soon(self) -> None:
        if self._painting is None:
            self._painting = asyncio.create_task(self._paint())

    async def _paint(self) -> None:
        """Render what is dirty for all, and everything for those who came late; latest state."""
        try:
            while self._dirty or self._late or self._duties:
                await asyncio.sleep(COALESCE)
                await self._paint_once()
        except Exception:  # what is dirty stays dirty, and is tried when the hub looks again
            logger.exception("The panels of INC-%s could not be rendered", self.incident_id)
        finally:
            self._painting = None

    async def _paint_once(self) -> None:
        """Taken before reading: what is dirtied meanwhile stays dirty and has its own turn."""
        dirty, self._dirty = self._dirty, set()
        late, self._late = self._late, set()
        duties, self._duties = self._duties, False
        try:
            await self._show(dirty, late)
        except Exception:
            self._dirty |= dirty
            self._late |= late
            raise
        finally:
            if duties:
                self.tell(messages.DUTIES)

    async def _show(self, dirty: set[str], late: set[Connection]) -> None:
        names = render.panel_names() if late else dirty
        if not names:
            return
        seq, html, ahead = await self._read_panels(_render_panels, self.incident_id, names)
        await self._access()
        if late:
            self.tell(messages.panels(seq, html, ahead), late & self.connections)
        if dirty:
            some = {name: html[name] for name in dirty}
            self.tell(messages.panels(seq, some, ahead), self.connections - late)


def _render_panels(
    incident_id: int, names: Iterable[str]
) -> tuple[int, dict[str, str], NextChange | None]:
    """The panels, the entry that they are at least as new as, and when time changes them."""
    incident, now = Incident.objects.get(pk=incident_id), clock.now()
    html = render.panels(incident, now, names)
    return incident.last_seq, html, render.next_moment(incident, now)

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
from incidents.panels.room import next_moment
from incidents.rules.next_change import NextChange
from kernel import clock, metrics
from live import catchup, messages
from live.connection import Batch, Connection, text
from live.db_thread import DbThread

logger = logging.getLogger(__name__)

COALESCE_SECONDS = 0.15
"""Changes of panels within this time become one message, of the latest state."""


class Access(Protocol):
    async def __call__(self, *, anew: bool = False) -> None:
        """Return once every connection was judged recently enough to be sent something.

        ``anew``: after this call, since what was read may shut somebody out.
        """


class Room:
    """``seq`` is the last entry given to everybody; ``presence_html`` the line of who is here."""

    def __init__(
        self,
        incident_id: int,
        seq: int,
        entries: DbThread,
        panels: DbThread,
        access: Access,
    ) -> None:
        self.incident_id = incident_id
        self.seq = seq
        self.connections: set[Connection] = set()
        self.presence_html = ""
        self._commit_times: dict[int, float] = {}
        self._sent_at: float | None = None
        self._recent: deque[Fragment] = deque(maxlen=catchup.MAX_ENTRIES)
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

    def note_commit(self, seq: int, at: float) -> None:
        """An entry was committed at ``at``; it may have been sent already."""
        self._commit_times[seq] = at
        self.note_head(seq)
        self._measure_fanout()

    def _measure_fanout(self) -> None:
        """Measure the time from commit to browsers of the announced entries that were sent."""
        for seq in [seq for seq in self._commit_times if seq <= self.seq]:
            at = self._commit_times.pop(seq)
            if self._sent_at is not None:
                metrics.fanned_out(at, self._sent_at)

    def note_head(self, seq: int) -> None:
        """The timeline has reached ``seq``: what lies between is read as well."""
        if seq > self.seq:
            self._changed.set()
        if self._dirty or self._late:
            self._paint_soon()

    def send_to(self, message: Mapping[str, Any], to: Iterable[Connection] | None = None) -> None:
        """One message, encoded once, to everybody or to some."""
        event = text(message)
        for connection in tuple(self.connections if to is None else to):
            connection.push(event)

    def show_presence(self, html: str) -> None:
        """Send who is here when it has changed."""
        if html != self.presence_html:
            self.presence_html = html
            self.send_to(messages.presence(html))

    async def replay(self, connection: Connection) -> None:
        """Give a browser that joined what it has missed, then let it follow."""
        missed = self._remembered(connection.seq)
        if missed is None:
            async with self._replaying:
                missed = self._remembered(connection.seq)
                if missed is None:
                    missed = await self._read_missed(connection)
        await self._access(anew=self._is_unjudged(missed))
        connection.release(Batch(missed) if missed else None)
        if missed:
            self._late.add(connection)
            self._paint_soon()

    def _is_unjudged(self, fragments: Sequence[Fragment]) -> bool:
        """Whether an entry that the room has not sent yet changes who may see the incident."""
        return render.changes_access([f for f in fragments if f.seq > self.seq])

    async def _read_missed(self, connection: Connection) -> list[Fragment]:
        """What one browser missed, cached for the next that missed no more than that."""
        missed = await self._read_entries(catchup.missed, self.incident_id, connection.seq)
        if missed.too_many:
            connection.push(text(messages.RELOAD))
        if missed.too_many or not missed.fragments:
            connection.seq = missed.seq
        self._remember(missed.fragments)
        return missed.fragments

    def _remember(self, fragments: Sequence[Fragment]) -> None:
        """Cache entries that come right before the cached ones and were sent to everybody."""
        first = self._recent[0].seq if self._recent else self.seq + 1
        before = [fragment for fragment in fragments if fragment.seq < first]
        if before and before[-1].seq == first - 1:
            self._recent = deque([*before, *self._recent], maxlen=catchup.MAX_ENTRIES)

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
        missed = await self._read_entries(catchup.missed, self.incident_id, self.seq)
        await self._access(anew=missed.too_many or self._is_unjudged(missed.fragments))
        if missed.too_many:
            self.seq = missed.seq
            self._recent.clear()
            self.send_to(messages.RELOAD)
        if not missed.fragments:
            return
        batch = Batch(missed.fragments)
        self.seq = batch.last
        self._recent.extend(batch.fragments)
        for connection in tuple(self.connections):
            connection.give(batch)
        self._sent_at = time.time()
        self._measure_fanout()
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
                await asyncio.sleep(COALESCE_SECONDS)
                await self._paint_once()
        except Exception:  # what is dirty stays dirty, and is tried when the hub looks again
            logger.exception("The panels of INC-%s could not be rendered", self.incident_id)
        finally:
            self._painting = None

    async def _paint_once(self) -> None:
        """The flags are cleared before reading: a later change sets them again for another turn."""
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
                self.send_to(messages.DUTIES)

    async def _show(self, dirty: set[str], late: set[Connection]) -> None:
        names = frozenset(render.PANELS) if late else dirty
        if not names:
            return
        seq, html, ahead = await self._read_panels(_render_panels, self.incident_id, names)
        # Panels that are ahead of the entries may tell of one that shuts somebody out.
        await self._access(anew=seq > self.seq)
        if late:
            self.send_to(messages.panels(seq, html, ahead), late & self.connections)
        if dirty:
            dirty_html = {name: html[name] for name in dirty}
            self.send_to(messages.panels(seq, dirty_html, ahead), self.connections - late)


def _render_panels(
    incident_id: int, names: Iterable[str]
) -> tuple[int, dict[str, str], NextChange | None]:
    """The panels, the entry that they are at least as new as, and when time changes them."""
    incident, now = Incident.objects.get(pk=incident_id), clock.now()
    html = render.panels(incident, now, names)
    return incident.last_seq, html, next_moment(incident, now)

"""What one web process serves: the newest snapshot that it knows, through any outage.

It hears of a new one from Valkey and looks itself every few seconds: at the database for whether
its snapshot is the newest, and at the time for whether anybody still renews it. Where nobody does,
it renders for itself; where it cannot do that either, what it has goes on being served and says so.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection

from comms.models import StatusSite
from comms.status import responses, snapshot, store
from comms.status.open_pages import OpenPages
from comms.status.responses import Answers
from comms.status.snapshot import MINUTE, Snapshot
from kernel import clock
from live.db_thread import DbThread

logger = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds between two looks at whether what is served is the newest."""

GRACE = timedelta(seconds=15)
"""How much later than a minute a worker may renew the snapshot before a process does it itself."""

PAGE = "/status/"
FIRST, LAST = b"<!--live-->", b"<!--/live-->"
"""What of the page is pushed to who has it open."""


class Board:
    """One a process, on its event loop. ``answers`` by path is all that a request needs."""

    def __init__(self) -> None:
        self.answers: dict[str, Answers] = {}
        self.readers = OpenPages()
        self.snapshot: Snapshot | None = None
        self.is_stale = False
        self._behind = False
        self._read = DbThread("status")
        self._first = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._taken = asyncio.Event()

    async def ready(self) -> None:
        """Return once there is something to serve. However many ask at first, one looks."""
        if self.snapshot is None:
            async with self._first:
                if self.snapshot is None:
                    self.take(await self._read(_load_or_render, clock.now()))
        if not self._tasks:
            self._tasks = [_task(self._listen(), "hear"), _task(self._watch(), "look")]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self._let_go()

    def _let_go(self) -> None:
        with suppress(RuntimeError):  # twice is no fault
            self._read.close()

    def take(self, new: Snapshot | None) -> None:
        """Serve this one from now on, unless a newer one is served already.

        One from the future is not newer: the clock was ahead when it was rendered and has been set
        back since. Nothing would be served after it until that moment came again.
        """
        old = self.snapshot
        if new is None or (old and new.as_of <= old.as_of <= clock.now()):
            return
        self.snapshot, self.answers = new, responses.of(new)
        self.is_stale = self._behind = False
        self.readers.show(new.print, _message(new))
        if old and old.print != new.print:
            self.readers.tell()
        self._taken.set()

    async def until_newer(self, than: datetime) -> None:
        """Return once something newer than that is served."""
        while self.snapshot is None or self.snapshot.as_of <= than:
            self._taken.clear()
            await self._taken.wait()

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except Exception as error:  # noqa: BLE001  (whatever the client raises, the look goes on)
                logger.warning("Valkey tells nothing of the status page: %s", error)
                await asyncio.sleep(LOOK)

    async def _hear(self) -> None:
        async with store.listener() as client, client.pubsub() as pubsub:
            await pubsub.subscribe(store.key())
            async for _ in pubsub.listen():  # the first says that the subscription stands
                self.take(await store.fetch(client))

    async def _watch(self) -> None:
        try:
            while True:
                await asyncio.sleep(LOOK)
                await self._look_again()
        finally:  # the loop ends: the thread's connection goes with it
            self._let_go()

    async def _look_again(self) -> None:
        try:
            await self.look(clock.now())
        except Exception as error:  # noqa: BLE001  (a database that is away: we go on serving)
            logger.warning("The status page could not be renewed: %s", error)
        self.grow_old(clock.now())

    async def look(self, now: datetime) -> None:
        """Renew what is served where nobody else has done it since the last look."""
        wanted = await self._read(_wanted)
        if not self._is_behind(wanted, now):
            self._behind = False
        elif not self._behind:
            self._behind = True  # a worker is probably at it
        else:
            self.take(await self._read(_renewed, wanted, now))

    def _is_behind(self, wanted: int, now: datetime) -> bool:
        return self.snapshot is None or not _is_current(self.snapshot, wanted, now)

    def grow_old(self, now: datetime) -> None:
        """Say on the pages that they could not be renewed, once that is so."""
        current = self.snapshot
        if current is None or self.is_stale or now - current.as_of <= settings.STATUS_STALE_AFTER:
            return
        self.answers = responses.of_stale(current, responses.stale_notice(current.as_of))
        self.is_stale = True


def _is_current(served: Snapshot, wanted: int, now: datetime) -> bool:
    """Another number also counts when it is larger: the database was restored to an earlier one.

    Nor is a time ahead of ours current: the clock was set back.
    """
    return served.version == wanted and abs(now - served.as_of) <= MINUTE + GRACE


def _load_or_render(now: datetime) -> Snapshot:
    """For a process that starts: what is kept, or rendered when that is old or not to be had."""
    saved = _load()
    try:
        wanted = _wanted()
        if saved is None or not _is_current(saved, wanted, now):
            return snapshot.make(wanted, now, saved)
    except Exception:
        if saved is None:
            raise
        logger.warning("The status page is served as it was kept", exc_info=True)
    return saved


def _renewed(wanted: int, now: datetime) -> Snapshot:
    """From who rendered it meanwhile, else by ourselves."""
    saved = _load()
    if saved is not None and _is_current(saved, wanted, now):
        return saved
    return snapshot.make(wanted, now, saved)


def _load() -> Snapshot | None:
    try:
        return store.load()
    except Exception as error:  # noqa: BLE001  (what Valkey cannot give is rendered)
        logger.warning("Valkey has no status page to give: %s", error)
        return None


def _wanted() -> int:
    row = StatusSite.objects.filter(pk=1).values_list("wanted", flat=True).first()
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    return row or 1


def _message(current: Snapshot) -> str:
    """What an open page is told: the part of it that changes."""
    page = current.bodies.get(PAGE)
    plain = page.plain if page else b""
    live = plain.partition(FIRST)[2].partition(LAST)[0].decode()
    return json.dumps({"type": "status", "print": current.print, "html": live})


def _task(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    return asyncio.create_task(work, name=f"status-{name}")


_boards: "WeakKeyDictionary[asyncio.AbstractEventLoop, Board]" = WeakKeyDictionary()


def here() -> Board:
    """The board of the running event loop."""
    loop = asyncio.get_running_loop()
    board = _boards.get(loop)
    if board is None:
        board = _boards[loop] = Board()
    return board

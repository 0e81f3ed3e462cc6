"""Who comes is judged together with all who came meanwhile.

When a web process dies, its browsers come to the others within seconds. Whoever asks while some are
being looked at is looked at with the next, so that a crowd costs hardly more queries than one.
"""

import asyncio
import logging
import time
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from kernel import clock
from live import access
from live.access import Answer, Asked

logger = logging.getLogger(__name__)

AT_ONCE = 100
"""No more than this are judged at once, so that those who are in are served meanwhile."""


SHARE, LONGEST = 4, 0.25
"""While people come one after the other, looking takes at most one part in five of the time; nobody
waits longer than this many seconds for it."""


class Admissions:
    def __init__(self) -> None:
        self._waiting: dict[Asked, asyncio.Future[Answer | None]] = {}
        self._working: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer | None:
        if asked not in self._waiting:
            self._waiting[asked] = asyncio.get_running_loop().create_future()
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="live-admissions")
        return await asyncio.shield(self._waiting[asked])

    async def _work(self) -> None:
        while self._waiting:
            began = time.monotonic()
            some = {one: self._waiting.pop(one) for one in list(self._waiting)[:AT_ONCE]}
            answers = await self._answers(list(some))
            for one, told in some.items():
                told.set_result(answers.get(one))
            if len(self._waiting) < AT_ONCE:
                await asyncio.sleep(min(SHARE * (time.monotonic() - began), LONGEST))
        self._working = None

    @staticmethod
    async def _answers(asked: list[Asked]) -> dict[Asked, Answer]:
        try:
            return await database_sync_to_async(access.admit)(asked, clock.now())
        except Exception:  # the database is away: nobody comes in, and browsers ask again
            logger.exception("%s browsers could not be let in", len(asked))
            return {}


_admissions: WeakKeyDictionary[asyncio.AbstractEventLoop, Admissions] = WeakKeyDictionary()


async def ask(session_key: str | None, incident_id: int | None) -> Answer | None:
    """May they watch this incident, or (without one) their own work? None: nobody can tell now."""
    loop = asyncio.get_running_loop()
    if loop not in _admissions:
        _admissions[loop] = Admissions()
    return await _admissions[loop].ask(Asked(session_key, incident_id))

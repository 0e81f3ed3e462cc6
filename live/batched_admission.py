"""Requests to connect are judged in batches.

When a web process dies, its browsers come to the others within seconds. Requests that arrive while
a batch is judged form the next one, so that a crowd costs hardly more queries than one browser.
"""

import asyncio
import logging
import time
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from kernel import clock
from live import access
from live.access import AdmissionRequest, Answer

logger = logging.getLogger(__name__)

BATCH_SIZE = 100
"""Requests judged in one go: connected browsers are served between two batches."""

PAUSE_FACTOR, MAX_PAUSE_SECONDS = 4, 0.25
"""While people come one after the other, looking takes at most one part in five of the time; nobody
waits longer than this many seconds for it."""


class Admissions:
    def __init__(self) -> None:
        self._waiting: dict[AdmissionRequest, asyncio.Future[Answer | None]] = {}
        self._working: asyncio.Task[None] | None = None

    async def ask(self, request: AdmissionRequest) -> Answer | None:
        if request not in self._waiting:
            self._waiting[request] = asyncio.get_running_loop().create_future()
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="live-admissions")
        return await asyncio.shield(self._waiting[request])

    async def _work(self) -> None:
        while self._waiting:
            began = time.monotonic()
            batch = {
                request: self._waiting.pop(request) for request in list(self._waiting)[:BATCH_SIZE]
            }
            answers = await self._answers(list(batch))
            for request, future in batch.items():
                future.set_result(answers.get(request))
            if len(self._waiting) < BATCH_SIZE:
                await asyncio.sleep(
                    min(PAUSE_FACTOR * (time.monotonic() - began), MAX_PAUSE_SECONDS)
                )
        self._working = None

    @staticmethod
    async def _answers(requests: list[AdmissionRequest]) -> dict[AdmissionRequest, Answer]:
        try:
            return await database_sync_to_async(access.admit)(requests, clock.now())
        except Exception:  # the database is away: nobody comes in, and browsers ask again
            logger.exception("%s browsers could not be let in", len(requests))
            return {}


_admissions: WeakKeyDictionary[asyncio.AbstractEventLoop, Admissions] = WeakKeyDictionary()


async def ask(session_key: str | None, incident_id: int | None) -> Answer | None:
    """May they watch this incident, or (without one) their own work? None: nobody can tell now."""
    loop = asyncio.get_running_loop()
    if loop not in _admissions:
        _admissions[loop] = Admissions()
    return await _admissions[loop].ask(AdmissionRequest(session_key, incident_id))

"""Waiting for the next entry of a timeline, without a connection to the database.

Each request has a thread of its own (``warroom.server.pages``), which sleeps here. One subscription
of the process hears of entries and of lost access; what was not heard is found by looking, as the
hub of the browsers does.
"""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

from django.db import connection

from incidents.models import Incident
from incidents.push import topics
from live.subscription import Subscription

MAX_WAIT_SECONDS = 25
"""Below the 30 s after which proxies give up."""

LOOK_INTERVAL_SECONDS = 3.0
"""Between two looks at the database: a token that was revoked waits no longer than this."""

LINGER_SECONDS = 5.0
"""How long the subscription is kept after the last request: mostly the same machine asks again."""

JOIN_TIMEOUT_SECONDS = 3.0

MAX_LISTENERS = 200
"""Requests of one process that wait; a further one is answered at once."""


def until_newer(number: int, after: int, seconds: float, look: Callable[[], Incident]) -> Incident:
    """The incident once its timeline goes beyond ``after``, or as it is when the time is over.

    ``look`` reads it anew and raises where the caller may not know of it any more.
    """
    until = time.monotonic() + seconds
    with _listener.hearing(number) as heard:
        while True:
            heard.clear()
            incident = look()
            left = until - time.monotonic()
            if incident.last_seq > after or left <= 0 or count() > MAX_LISTENERS:
                return incident
            _give_back_connection()
            heard.wait(min(left, LOOK_INTERVAL_SECONDS))


def count() -> int:
    """How many requests of this process wait."""
    return _listener.count()


def is_subscribed() -> bool:
    """Whether this process listens, as it does while somebody waits and a little longer."""
    return _listener.is_subscribed


def _give_back_connection() -> None:
    if not connection.in_atomic_block:  # as in a test that undoes all it did
        connection.close()


class _Listener:
    """A thread with an event loop, and with a subscription while somebody waits."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._waiting: dict[int, set[threading.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._subscription: Subscription | None = None

    def count(self) -> int:
        with self._changing:
            return sum(map(len, self._waiting.values()))

    @property
    def is_subscribed(self) -> bool:
        return self._subscription is not None

    @contextmanager
    def hearing(self, number: int) -> Iterator[threading.Event]:
        """An event that is set whenever something was heard of the incident."""
        heard = threading.Event()
        with self._changing:
            self._waiting[number].add(heard)
            loop = self._running_loop()
        try:
            # In a context of its own: the subscription is nobody's request.
            joining = Context().run(asyncio.run_coroutine_threadsafe, self._join(number), loop)
            joining.exception(JOIN_TIMEOUT_SECONDS)
            yield heard
        finally:
            with self._changing:
                self._waiting[number].discard(heard)
                if not self._waiting[number]:
                    del self._waiting[number]
            loop.call_soon_threadsafe(self._leave, number)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            run = self._loop.run_forever
            threading.Thread(target=run, name="api-waiting", daemon=True).start()
        return self._loop

    async def _join(self, number: int) -> None:
        if self._subscription is None:
            self._subscription = Subscription(self._hear, lambda works: None)
        await self._subscription.add(topics.incident(number))

    def _leave(self, number: int) -> None:
        with self._changing:
            is_last = number not in self._waiting
        if is_last and self._subscription is not None:
            self._subscription.discard(topics.incident(number))
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self._close_if_idle)

    def _close_if_idle(self) -> None:
        with self._changing:
            is_idle = not self._waiting
        if is_idle and self._subscription is not None:
            self._subscription.close()
            self._subscription = None

    def _hear(self, message: dict[str, Any]) -> None:
        """A message of the channel layer: it only says that something is new."""
        with self._changing:
            if message["type"] == topics.LOST_ACCESS:
                woken = [heard for every in self._waiting.values() for heard in every]
            else:
                woken = list(self._waiting.get(message.get("incident", 0), ()))
        for heard in woken:
            heard.set()


_listener = _Listener()

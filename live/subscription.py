"""A hub's one channel on the channel layer, kept alive through outages."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from incidents.push import publish, topics

logger = logging.getLogger(__name__)

PING_INTERVAL_SECONDS = 1.0
"""Time between two pings to ourselves."""

DOWN_AFTER_SECONDS = 3.0
"""Without a returning ping for this long the layer counts as down."""

RECONNECT_AFTER_SECONDS = 6.0
"""Then the connection is replaced: it can be dead without having ended."""

LAYER_TIMEOUT_SECONDS = 2.0
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0)


class Subscription:
    """Calls ``hear`` with each message and ``health`` whenever the layer stops or starts to work.

    Joining a group never fails: one that could not be joined is tried again at the next ping.
    """

    def __init__(
        self, hear: Callable[[dict[str, Any]], None], health: Callable[[bool], None]
    ) -> None:
        self._hear, self._health = hear, health
        self._wanted: set[str] = {topics.ACCESS}
        self._joined: set[str] = set()
        self._channel: str | None = None
        self._works = True
        self._heard_at = time.monotonic()
        self._joining = asyncio.Lock()
        self._listening = asyncio.create_task(self._listen())
        self._beating = asyncio.create_task(self._beat())

    async def add(self, group: str) -> None:
        """Join a group; returns when joined, or after a short wait when the layer is away."""
        self._wanted.add(group)
        if group not in self._joined:
            await self._join()

    def discard(self, group: str) -> None:
        self._wanted.discard(group)

    def close(self) -> None:
        """Stop listening; the layer unsubscribes when the receiving task is cancelled."""
        self._wanted.clear()
        self._listening.cancel()
        self._beating.cancel()
        ending = asyncio.create_task(self._join())
        _endings.add(ending)
        ending.add_done_callback(_endings.discard)

    async def _listen(self) -> None:
        attempt = 0
        while True:
            try:
                async with asyncio.timeout(LAYER_TIMEOUT_SECONDS):
                    channel = await get_channel_layer().new_channel()
                self._channel, attempt = channel, 0
                self._joined.clear()
                await self._join()
                while True:
                    self._handle(await get_channel_layer().receive(channel))
            except Exception as error:  # noqa: BLE001  (each layer raises its own)
                self._set_works(False, error)
                self._channel = None
                await asyncio.sleep(BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
                attempt += 1

    def _handle(self, message: dict[str, Any]) -> None:
        if message["type"] == topics.PING:
            self._heard_at = time.monotonic()
            self._set_works(True)
            return
        try:
            self._hear(message)
        except Exception:
            logger.exception("A message of the channel layer could not be used")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(PING_INTERVAL_SECONDS)
            await self._join()
            if self._channel is not None:
                await self._ping(self._channel)
            silent = time.monotonic() - self._heard_at
            if silent > DOWN_AFTER_SECONDS:
                self._set_works(False, "it is silent")
            if silent > RECONNECT_AFTER_SECONDS:
                await self._listen_anew()

    async def _listen_anew(self) -> None:
        """Let go of everything that hangs on a connection which nothing arrives on."""
        self._listening.cancel()
        self._channel = None
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_SECONDS):
                await get_channel_layer().flush()
        except Exception as error:  # noqa: BLE001  (each layer raises its own)
            logger.warning("The channel layer's connections could not be closed: %s", error)
        self._heard_at = time.monotonic()
        self._listening = asyncio.create_task(self._listen())

    async def _ping(self, channel: str) -> None:
        try:
            async with asyncio.timeout(LAYER_TIMEOUT_SECONDS):
                await publish.ping(channel)
        except Exception as error:  # noqa: BLE001  (each layer raises its own)
            self._set_works(False, error)

    async def _join(self) -> None:
        """Bring the groups that are joined in line with those that are wanted."""
        if self._channel is None:
            return
        try:
            await self._reconcile()
        except Exception as error:  # noqa: BLE001  (each layer raises its own)
            self._set_works(False, error)

    async def _reconcile(self) -> None:
        async with self._joining, asyncio.timeout(LAYER_TIMEOUT_SECONDS):
            layer, channel = get_channel_layer(), self._channel
            for group in self._wanted - self._joined:
                await layer.group_add(group, channel)
                self._joined.add(group)
            for group in self._joined - self._wanted:
                self._joined.discard(group)
                await layer.group_discard(group, channel)

    def _set_works(self, works: bool, why: object = "") -> None:
        if works == self._works:
            return
        self._works = works
        if works:
            logger.warning("The channel layer answers again")
        else:
            logger.error("The channel layer does not answer, browsers poll meanwhile: %s", why)
        self._health(works)


_endings: set[asyncio.Task[None]] = set()
"""Unsubscribing outlives its hub; a task without a reference may be collected before it ran."""

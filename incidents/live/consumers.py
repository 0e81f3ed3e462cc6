"""The door of the socket: who is it, what do they have already, then the hub does the rest."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import await_many_dispatch
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from incidents.live import access, catchup, hub, messages, presence
from incidents.live.access import Refusal
from incidents.live.connection import Connection, text
from warroom.kernel import clock, meters

HERE = "here"
"""What a browser answers when it is asked whether it is still there."""

GOODBYE = 1.0
"""Seconds that a browser which is given up has to take its close code."""


class RoomConsumer(AsyncWebsocketConsumer):
    """``ws/INC-n/?after=N&at=LANE``: entries after ``N`` in order, then what happens.

    Closes with 4401 (sign in), 4404 (no such incident, or hidden), 4403 (access lost), 4408 (too
    slow: connect again with the last sequence number).
    """

    channel_layer_alias = ""  # the hub subscribes once for all; a browser needs no channel

    kind = "room"
    connection: Connection | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope, self.base_send, self.channel_layer = scope, send, None
        self.admitted = asyncio.Event()
        try:
            await await_many_dispatch([receive, self._given_up], self.dispatch)
        except StopConsumer:
            pass
        finally:
            self._leave()

    async def connect(self) -> None:
        number = int(self.scope["url_route"]["kwargs"]["number"])
        answer = await database_sync_to_async(access.admit)(self._session_key, number)
        await self.accept()
        if isinstance(answer, Refusal):
            await self._refuse(answer)
            return
        viewer, head = answer
        after = min(catchup.after_of(self._asked("after")), head)
        place = presence.place_of(self._asked("at"))
        self.connection = Connection(viewer, self.base_send, after, place)
        meters.VIEWERS.labels(self.kind).inc()
        self.admitted.set()
        await hub.here().join(self.connection, head)

    @property
    def _session_key(self) -> str | None:
        key: str | None = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME)
        return key

    def _asked(self, name: str) -> str:
        return parse_qs(self.scope["query_string"].decode("latin-1")).get(name, [""])[0]

    async def _refuse(self, refusal: Refusal) -> None:
        await self.send(messages.encode(messages.bye(refusal.reason)))
        await self.close(refusal.code)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A browser says only "ping", to learn that the way is open, and "here" when asked."""
        if self.connection is None:
            return
        self.connection.heard_at = clock.now()
        if text_data != HERE:
            self.connection.push(text(messages.pong(self.connection.seq)))

    async def _given_up(self) -> dict[str, Any]:
        """Resolves, as a message to this consumer, when the hub gives the connection up."""
        await self.admitted.wait()
        assert self.connection is not None
        return {"type": "given.up", "code": await asyncio.shield(self.connection.ended)}

    async def given_up(self, message: dict[str, Any]) -> None:
        self._leave()
        try:
            async with asyncio.timeout(GOODBYE):
                await self.close(message["code"])
        except (TimeoutError, OSError):
            pass
        raise StopConsumer

    def _leave(self) -> None:
        if self.connection is not None:
            meters.VIEWERS.labels(self.kind).dec()
            hub.leave(self.connection)
            self.connection = None


class WorkConsumer(RoomConsumer):
    """``ws/mine/?after=MARK``: "duties" whenever what the person has to do may have changed.

    ``MARK`` is what their page has. Closes as a room does.
    """

    kind = "home"

    async def connect(self) -> None:
        answer = await database_sync_to_async(access.admit_to_work)(self._session_key)
        await self.accept()
        if isinstance(answer, Refusal):
            await self._refuse(answer)
            return
        self.connection = Connection(answer, self.base_send, 0)
        meters.VIEWERS.labels(self.kind).inc()
        self.admitted.set()
        await hub.here().join_desk(self.connection, self._asked("after"))

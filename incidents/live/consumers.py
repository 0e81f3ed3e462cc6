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
from warroom.kernel import clock

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
        key = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME)
        answer = await database_sync_to_async(access.admit)(key, number)
        await self.accept()
        if isinstance(answer, Refusal):
            await self.send(messages.encode(messages.bye(answer.reason)))
            await self.close(answer.code)
            return
        viewer, head = answer
        asked = parse_qs(self.scope["query_string"].decode("latin-1"))
        after = min(catchup.after_of(asked.get("after", [""])[0]), head)
        place = presence.place_of(asked.get("at", [""])[0])
        self.connection = Connection(viewer, self.base_send, after, place)
        self.admitted.set()
        await hub.here().join(self.connection, head)

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
            hub.leave(self.connection)
            self.connection = None

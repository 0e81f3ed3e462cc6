"""The door of the socket: who is it, what do they have already, then the hub does the rest."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from kernel import clock, metrics
from live import batched_admission, catchup, hub, messages, presence_store
from live.access import Admitted, Viewer
from live.connection import Connection, text

HERE = "here"
"""What a browser answers when it is asked whether it is still there."""

CLOSE_TIMEOUT_SECONDS = 1.0
"""How long a browser that is given up has to read its close code."""


class RoomConsumer(AsyncWebsocketConsumer):
    """``ws/INC-n/?after=N&at=LANE``: entries after ``N`` in order, then what happens.

    Closes with 4401 (sign in), 4404 (no such incident, or hidden), 4403 (access lost), 4408 (too
    slow: connect again with the last sequence number).
    """

    kind = "room"
    connection: Connection | None = None
    _giving_up: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One task for a browser. Channels would have two or three, and look after database
        connections at every message; here only the hub's threads have any.
        """
        self.scope, self.base_send = scope, send
        self._task = asyncio.current_task()
        try:
            while (event := await receive())["type"] != "websocket.disconnect":
                if event["type"] == "websocket.connect":
                    await self.connect()
                else:
                    self._hear(event.get("text"))
        except asyncio.CancelledError:
            if self._giving_up is None:
                raise
        finally:
            self._leave()

    async def connect(self) -> None:
        number = int(self.scope["url_route"]["kwargs"]["number"])
        answer = await self._admitted(number)
        if answer is None:
            return
        after = min(catchup.after_of(self._query_parameter("after")), answer.head)
        place = presence_store.place_of(self._query_parameter("at"))
        connection = self._begin(answer.viewer, after, place)
        await hub.here().join(connection, answer.head, answer.since)

    def _begin(self, viewer: Viewer, seq: int, place: str = "") -> Connection:
        self.connection = Connection(viewer, self.base_send, seq, place)
        metrics.VIEWERS.labels(self.kind).inc()
        self.connection.ended.add_done_callback(self._give_up)
        return self.connection

    @property
    def _session_key(self) -> str | None:
        """None where it cannot be one of ours: a NUL in it would fail everybody in its batch."""
        key: str = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
        return key if key.isalnum() else None

    def _query_parameter(self, name: str) -> str:
        return parse_qs(self.scope["query_string"].decode("latin-1")).get(name, [""])[0]

    async def _admitted(self, number: int | None) -> Admitted | None:
        answer = await batched_admission.ask(self._session_key, number)
        if answer is None:
            await self.close()  # before it is accepted: the browser tries again later
            return None
        await self.accept()
        if isinstance(answer, Admitted):
            return answer
        await self.send(messages.encode(messages.bye(answer.reason)))
        await self.close(answer.code)
        return None

    def _hear(self, message: str | None) -> None:
        """A browser sends "ping", to learn that the server answers, and "here" when asked."""
        if self.connection is None:
            return
        self.connection.heard_at = clock.now()
        if message != HERE:
            self.connection.push(text(messages.pong(self.connection.seq)))

    def _give_up(self, ended: asyncio.Future[int]) -> None:
        """The hub has given the connection up."""
        if self.connection is not None:
            closing = self._close(self.connection, ended.result())
            self._giving_up = asyncio.create_task(closing)

    async def _close(self, connection: Connection, code: int) -> None:
        """A browser that does not read the close code in time is cut off."""
        self._leave()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                await self.close(code)
        except TimeoutError:
            connection.cut(code)
        except OSError:
            pass  # the browser has gone
        if self._task is not None:
            self._task.cancel()

    def _leave(self) -> None:
        if self.connection is not None:
            metrics.VIEWERS.labels(self.kind).dec()
            hub.leave(self.connection)
            self.connection = None


class WorkConsumer(RoomConsumer):
    """``ws/mine/?after=MARK``: "duties" whenever what the person has to do may have changed.

    ``MARK`` is what their page has. Closes as a room does.
    """

    kind = "home"

    async def connect(self) -> None:
        answer = await self._admitted(None)
        if answer is None:
            return
        connection = self._begin(answer.viewer, 0)
        await hub.here().join_home(connection, self._query_parameter("after"), answer.since)

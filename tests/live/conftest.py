"""Sockets for tests: the real application, the real channel layer, browsers that can be asked."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from html import unescape
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils.html import strip_tags

from incidents.models import Incident, Person
from lanes.actions import add_note
from live import hub
from tests.helpers.factories import START, declared
from tests.helpers.tiers import in_tier
from tests.incidents.conftest import opposed, recommending
from tests.markup import markup
from warroom.asgi import application

__all__ = ["opposed", "recommending"]  # fixtures that tests here take by name

TIMEOUT_SECONDS = in_tier(test=30.0, prove=5.0)
"""Seconds within which what was promised has to come, on a machine that does nothing else."""


class Browser:
    """One tab with the room open, or the home page. Messages are kept in the order they came in.

    Who is present comes when it comes, and so is kept apart, in ``present``; who asks whether the
    tab is still there is answered while ``answers``.
    """

    def __init__(
        self,
        person: Person | None,
        incident_id: int | None,
        after: int | str | None = None,
        at: str = "",
    ) -> None:
        headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
        if person is not None:
            headers.append(
                (
                    b"cookie",
                    f"{settings.SESSION_COOKIE_NAME}={sign_in(person)}".encode(),
                )
            )
        self.socket = ApplicationCommunicator(
            application,
            {
                "type": "websocket",
                "path": f"/ws/INC-{incident_id}/" if incident_id else "/ws/mine/",
                "query_string": (b"" if after is None else f"after={after}".encode())
                + f"&at={at}".encode(),
                "headers": headers,
                "subprotocols": [],
            },
        )
        self.messages: list[dict[str, Any]] = []
        self.present: list[str] = []
        self.answers = True

    async def open(self) -> "Browser":
        await self.socket.send_input({"type": "websocket.connect"})
        assert (await self.socket.receive_output(TIMEOUT_SECONDS))["type"] == "websocket.accept"
        return self

    async def say(self, text: str) -> None:
        await self.socket.send_input({"type": "websocket.receive", "text": text})

    async def close(self) -> None:
        if not self.socket.future.done():
            await self.socket.send_input({"type": "websocket.disconnect", "code": 1001})
            await self.socket.wait(TIMEOUT_SECONDS)

    async def next(self) -> dict[str, Any]:
        """The next message; a close comes as ``{"closed": code}``."""
        while True:
            event = await self.socket.receive_output(TIMEOUT_SECONDS)
            if event["type"] == "websocket.close":
                return {"closed": event["code"]}
            message = json.loads(event["text"])
            if not await self._aside(message):
                self.messages.append(message)
                return message

    async def _aside(self, message: dict[str, Any]) -> bool:
        if message["type"] == "ask" and self.answers:
            await self.say("here")
        if message["type"] == "presence":
            self.present.append(message["html"])
        return message["type"] in {"ask", "presence"}

    async def sees(self, *people: str) -> None:
        """Return once exactly these are shown as present."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await self._until_present(sorted(people))

    async def _until_present(self, people: list[str]) -> None:
        while self.who() != people:
            event = await self.socket.receive_output(TIMEOUT_SECONDS)
            message = json.loads(event["text"])
            if not await self._aside(message):
                self.messages.append(message)

    def who(self) -> list[str]:
        return names_in(self.present[-1]) if self.present else []

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message from now on that is wanted, within ``TIMEOUT_SECONDS`` altogether."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                message = await self.next()
                if wanted(message):
                    return message

    async def until_type(self, kind: str) -> dict[str, Any]:
        return await self.until(lambda message: message.get("type") == kind)

    async def until_seq(self, seq: int) -> list[int]:
        """Read until the entry ``seq`` came; the numbers of all entries so far, as they came."""
        while seq not in self.seqs:
            await self.until_type("entries")
        return self.seqs

    @property
    def entries(self) -> list[dict[str, Any]]:
        said = (m for m in self.messages if m["type"] == "entries")
        return [entry for message in said for entry in message["entries"]]

    @property
    def seqs(self) -> list[int]:
        return [entry["seq"] for entry in self.entries]


def names_in(line: str) -> list[str]:
    """Who is named in a line of who is present, in words."""
    return [unescape(strip_tags(one)) for one in re.findall(r"<li>(.*?)</li>", markup(line))]


def sign_in(person: Person) -> str:
    """A session as the sign-in page makes it; returns its key."""
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


type Opener = Callable[..., Awaitable[Browser]]


@pytest_asyncio.fixture
async def browse() -> AsyncIterator[Opener]:
    """Opens a room for a person, or their home page; every tab is closed at the end.

    The hub ends with them.
    """
    opened: list[Browser] = []

    async def open_room(
        person: Person | None,
        incident: Incident | int | None,
        after: int | str | None = None,
        at: str = "",
    ) -> Browser:
        number = incident.pk if isinstance(incident, Incident) else incident
        browser = await sync_to_async(Browser)(person, number, after, at)
        opened.append(browser)
        return await browser.open()

    yield open_room
    for browser in opened:
        await browser.close()
    assert asyncio.get_running_loop() not in hub._hubs
    await get_channel_layer().flush()
    await sync_to_async(connections.close_all)()


def note(person: Person, incident: Incident, text: str = "Error rate is falling.") -> int:
    """Write a note through the action; returns its sequence number."""
    return add_note(person.as_actor(), incident.pk, text=text, now=START).seq


anote = sync_to_async(note)


@pytest.fixture
def restricted(commander: Person) -> Incident:
    """A restricted incident in which only ``commander`` takes part."""
    return declared(commander, restricted=True)

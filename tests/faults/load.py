"""People at work on a cluster: some write through the pages, many watch.

A writer sends the same form, with the key that it had, until it is taken, as a browser's person
does; what was taken is remembered. A viewer is ``static/js/live/connection.js`` without a page: it
connects again with back-off from the last entry that it has, and polls when it is told to.
"""

import asyncio
import json
import random
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.faults.cluster import TIMEOUT_SECONDS, Cluster

ANSWER = 15.0
"""Seconds that a person waits for an answer before they send again."""

STEPS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
POLL, BESIDE = 3.0, 15.0
"""Seconds between two polls, without a socket and beside one that stands."""

NOTHING: dict[str, str] = {}
# Nothing is asked over TLS, and reading the machine's certificates for every try of every person
# took the processor from all of them.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]*)"')


@dataclass
class Record:
    """What the writers were told, by all of them together."""

    taken: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Browser(httpx.Client):
    """One person's, with the room's forms in it."""

    def __init__(self, on: Cluster, person: int) -> None:
        cookies = {"sessionid": on.seeded["sessions"][person]}
        super().__init__(base_url=on.url, cookies=cookies, timeout=ANSWER, verify=NO_TLS)
        self._room, self._author = f"/INC-{on.seeded['room']}", str(on.seeded["people"][person])

    def fields(self, text: str) -> dict[str, str]:
        """Of a form of this page load, with a key of its own; the token comes with a page."""
        page = self.get(f"{self._room}/evidence/new/")
        if (token := TOKEN.search(page.text)) is None:
            raise httpx.HTTPError(f"{page.status_code} for the page")
        once = {"once": str(uuid4()), "author": self._author}
        return {"csrfmiddlewaretoken": token[1], "text": text} | once

    def submit(
        self, fields: dict[str, str], path: str = "notes/", accept: str = "text/html"
    ) -> httpx.Response:
        return self.post(f"{self._room}/{path}", data=fields, headers={"Accept": accept})


class Writer(threading.Thread):
    """One person, who writes notes and now and then captures evidence."""

    def __init__(self, on: Cluster, person: int, record: Record, over: threading.Event) -> None:
        super().__init__(name=f"writer-{person}")
        self._on, self._person, self._record, self._over = on, person, record, over

    def run(self) -> None:
        for number in count():
            if self._over.wait(random.uniform(0.1, 0.4)):
                return
            text = f"Reading {number} of writer {self._person}."
            if number % 4 == 3:
                evidence = {"kind": "log", "title": text, "purpose": "general"}
                self._write(text, "evidence/new/", "text/html", evidence)
            else:
                self._write(text, "notes/", ("application/json", "text/html")[number % 2])

    def _write(self, text: str, path: str, accept: str, more: dict[str, str] = NOTHING) -> None:
        """Again and again until it is taken, over a connection of its own after a failure."""
        once = {"once": str(uuid4())}
        end = time.monotonic() + TIMEOUT_SECONDS
        while (began := time.monotonic()) < end:
            said = self._try(text, path, accept, more | once)
            with self._record.lock:
                self._record.answers[said] += 1
                self._record.slowest = max(self._record.slowest, time.monotonic() - began)
                if said in {"204", "302"}:
                    self._record.taken.append(text)
                    return
            self._over.wait(0.5)

    def _try(self, text: str, path: str, accept: str, more: dict[str, str]) -> str:
        try:
            with Browser(self._on, self._person) as browser:
                return str(browser.submit(browser.fields(text) | more, path, accept).status_code)
        except httpx.HTTPError as error:
            return str(error) if type(error) is httpx.HTTPError else type(error).__name__


class Viewer:
    """One page that watches the room."""

    def __init__(self, on: Cluster, person: int) -> None:
        self._on = on
        self._cookie = {"Cookie": f"sessionid={on.seeded['sessions'][person]}"}
        self._room = on.seeded["room"]
        self._failures, self._polling, self._beside = 0, False, False
        self.seqs: list[int] = []
        self.standing: list[str] = []

    @property
    def seq(self) -> int:
        return self.seqs[-1] if self.seqs else 0

    async def watch(self) -> None:
        polling = asyncio.create_task(self._poll())
        try:
            while True:
                await self._connected()
                self._stands("lost")
                step = STEPS[min(self._failures, len(STEPS) - 1)]
                self._failures += 1
                self._polling, self._beside = self._failures > 1, False
                await asyncio.sleep(step * random.uniform(0.5, 1.5))
        finally:
            polling.cancel()

    async def _connected(self) -> None:
        url = f"{self._on.url.replace('http', 'ws')}/ws/INC-{self._room}/?after={self.seq}"
        with suppress(OSError, TimeoutError, WebSocketException):
            async with connect(
                url,
                origin=self._on.url,  # type: ignore[arg-type]
                additional_headers=self._cookie,
                compression=None,
                max_size=None,
                close_timeout=1,
            ) as socket:
                await self._hear(socket)

    async def _hear(self, socket: ClientConnection) -> None:
        async for said in socket:
            message = json.loads(said)
            match message["type"]:
                case "live" | "blind" as name:
                    self._failures, self._polling = 0, False
                    self._stands(name)
                case "degraded":
                    self._failures, self._polling, self._beside = 0, True, True
                    self._stands("polling")
                case "ask":
                    await socket.send("here")
                case _:
                    self._take(message)

    async def _poll(self) -> None:
        async with httpx.AsyncClient(headers=self._cookie, timeout=10, verify=NO_TLS) as client:
            while True:
                await asyncio.sleep(POLL)
                seldom = self._beside and random.random() > POLL / BESIDE
                if not self._polling or seldom:
                    continue
                with suppress(httpx.HTTPError):
                    url = f"{self._on.url}/INC-{self._room}/live/?after={self.seq}"
                    answer = await client.get(url)
                    if answer.status_code == 200:
                        for message in answer.json()["messages"]:
                            self._take(message)

    def _take(self, message: dict[str, object]) -> None:
        """As ``timeline.js``: what is here already is passed over; a page that must be loaded anew
        begins with what the server then shows."""
        assert message["type"] != "reload", "Too much was missed for this load."
        entries = message.get("entries", [])
        assert isinstance(entries, list)
        self.seqs += [entry["seq"] for entry in entries if entry["seq"] > self.seq]

    def _stands(self, name: str) -> None:
        if not self.standing or self.standing[-1] != name:
            self.standing.append(name)


class Load:
    """Writers and viewers at work, from ``at_work`` until its block ends."""

    def __init__(self, on: Cluster, writers: int, viewers: int) -> None:
        self.on, self.record = on, Record()
        self._over, self._leave = threading.Event(), threading.Event()
        people = len(on.seeded["people"])
        self.viewers = [Viewer(on, number % people) for number in range(viewers)]
        self._writers = [Writer(on, n % people, self.record, self._over) for n in range(writers)]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        watching = threading.Thread(target=asyncio.run, args=(self._watch(),), name="viewers")
        watching.start()
        for writer in self._writers:
            writer.start()
        try:
            yield
        finally:
            self.rest()
            self._leave.set()
            watching.join()

    async def _watch(self) -> None:
        tasks = [asyncio.create_task(viewer.watch()) for viewer in self.viewers]
        await asyncio.to_thread(self._leave.wait)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def browser(self) -> Browser:
        return Browser(self.on, 0)

    def rest(self) -> None:
        """Nobody writes any more; each finishes what they had begun."""
        self._over.set()
        for writer in self._writers:
            writer.join()

    def taken(self) -> int:
        return len(self.record.taken)

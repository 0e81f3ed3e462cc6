"""A connection by itself: what it sends, what it holds back, and when it is given up."""

import asyncio
import json
from typing import Any

import pytest

from incidents.panels.renderers import Fragment
from live import messages
from live.access import Viewer
from live.connection import LOST_ACCESS, MAX_QUEUED_MESSAGES, SLOW, Batch, Connection, text

pytestmark = pytest.mark.asyncio

VIEWER = Viewer("session", 1, "hash", 42)


class Server:
    """The sending half of an ASGI server; its buffer is full until ``room`` is set."""

    def __init__(self) -> None:
        self.room = asyncio.Event()
        self.room.set()
        self.sent: list[dict[str, Any]] = []

    async def send(self, event: Any) -> None:
        await self.room.wait()
        self.sent.append(json.loads(event["text"]))

    @property
    def seqs(self) -> list[int]:
        return [entry["seq"] for message in self.sent for entry in message.get("entries", [])]


def batch(first: int, last: int) -> Batch:
    return Batch(
        [Fragment(n, "note.added", f"<li>{n}</li>", "", "") for n in range(first, last + 1)]
    )


async def test_missed_entries_go_before_those_held_back_and_none_twice() -> None:
    server = Server()
    connection = Connection(VIEWER, server.send, seq=3)

    connection.give(batch(6, 7))
    connection.give(batch(8, 8))
    connection.release(batch(4, 6))
    connection.give(batch(7, 9))

    assert server.seqs == [4, 5, 6, 7, 8, 9]


async def test_everybody_is_given_the_same_event() -> None:
    news = batch(4, 5)

    assert news.after(3) is news
    assert news.event is news.event


async def test_a_quick_browser_is_served_within_the_call() -> None:
    server = Server()
    connection = Connection(VIEWER, server.send, seq=0)
    connection.release(None)

    connection.give(batch(1, 1))

    assert server.seqs == [1]


async def test_what_waits_for_a_slow_browser_comes_in_order() -> None:
    server = Server()
    connection = Connection(VIEWER, server.send, seq=0)
    connection.release(None)

    server.room.clear()
    for seq in range(1, 6):
        connection.give(batch(seq, seq))
    server.room.set()
    while len(server.seqs) < 5:
        await asyncio.sleep(0)

    assert server.seqs == [1, 2, 3, 4, 5]


async def test_a_browser_that_is_too_slow_is_given_up_without_being_waited_for() -> None:
    server = Server()
    connection = Connection(VIEWER, server.send, seq=0)
    connection.release(None)

    server.room.clear()
    for _ in range(MAX_QUEUED_MESSAGES + 2):
        connection.push(text(messages.DUTIES))

    assert await connection.ended == SLOW
    assert server.sent == []


async def test_who_is_dismissed_gets_the_reason_and_nothing_after_it() -> None:
    server = Server()
    connection = Connection(VIEWER, server.send, seq=0)
    connection.release(None)

    connection.dismiss("Gone.")
    connection.give(batch(1, 1))

    assert server.sent == [{"type": "bye", "reason": "Gone."}]
    assert await connection.ended == LOST_ACCESS


async def test_who_is_dismissed_while_slow_gets_nothing_that_still_waits() -> None:
    server = Server()
    connection = Connection(VIEWER, server.send, seq=0)
    connection.release(None)
    server.room.clear()
    connection.give(batch(1, 1))
    connection.give(batch(2, 2))

    connection.dismiss("Gone.")
    server.room.set()
    await asyncio.sleep(0)

    assert await connection.ended == LOST_ACCESS
    assert server.sent == []

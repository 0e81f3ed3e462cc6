"""Hubs are told whenever somebody may have lost access: heard on the real channel layer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.contrib.auth.models import Group as SiteGroup
from django.contrib.sessions.models import Session
from django.test import Client

from incidents.models import Person
from incidents.push import publish, topics
from incidents.vocabulary import Group

type Heard = list[int | None]


@asynccontextmanager
async def _subscribed() -> AsyncIterator[tuple[Any, str]]:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(topics.ACCESS, channel)
    yield layer, channel
    await layer.group_discard(topics.ACCESS, channel)


@contextmanager
def _listening(heard: Heard) -> Iterator[Callable[[], None]]:
    """Collect whom access messages name; calling what it gives waits for all of them.

    A message that this test sends itself marks the end: what came before it has arrived.
    """
    ready, stop = Event(), Event()

    async def listen() -> None:
        async with _subscribed() as (layer, channel):
            ready.set()
            while True:
                message = await asyncio.wait_for(layer.receive(channel), 30)
                if message["type"] == "test.end":
                    stop.set()
                    return
                heard.append(message["person"])

    async def send_end() -> None:
        await get_channel_layer().group_send(topics.ACCESS, {"type": "test.end"})

    def end() -> None:
        publish._finish()
        asyncio.run(send_end())
        assert stop.wait(30)

    # One that has seen an outage, in another test, says nothing for a while.
    publish._reset_after_fork()
    thread = Thread(target=lambda: asyncio.run(listen()))
    thread.start()
    assert ready.wait(30)
    try:
        yield end
    finally:
        thread.join()


@pytest.fixture
def told(django_capture_on_commit_callbacks) -> Callable[[Callable[[], object]], Heard]:
    """Whom the hubs are asked to look at again when something is done and committed."""

    def run(change: Callable[[], object]) -> Heard:
        heard: Heard = []
        with _listening(heard) as end:
            with django_capture_on_commit_callbacks(execute=True):
                change()
            end()
        return heard

    return run


def test_deactivating_a_person(stranger: Person, told) -> None:
    stranger.is_active = False

    assert told(lambda: stranger.save(update_fields=["is_active"])) == [stranger.pk]


def test_a_change_of_looks_disturbs_nobody(stranger: Person, told) -> None:
    stranger.theme = Person.Theme.DARK

    assert told(lambda: stranger.save(update_fields=["theme"])) == []


def test_leaving_a_group(stranger: Person, told) -> None:
    assert told(lambda: stranger.groups.clear()) == [stranger.pk]


def test_taking_people_out_of_a_group(stranger: Person, told) -> None:
    group = SiteGroup.objects.get(name=Group.RESPONDER)

    assert told(lambda: group.user_set.remove(stranger)) == [stranger.pk]


def test_emptying_a_group_asks_about_everybody(stranger: Person, told) -> None:
    group = SiteGroup.objects.get(name=Group.RESPONDER)

    assert told(lambda: group.user_set.clear()) == [None]


def test_a_group_that_goes(stranger: Person, told) -> None:
    assert told(lambda: SiteGroup.objects.get(name=Group.RESPONDER).delete()) == [None]


def test_signing_out(stranger: Person, client: Client, told) -> None:
    client.force_login(stranger)

    assert told(client.logout) == [stranger.pk]
    assert Session.objects.count() == 0


def test_the_end_of_a_session_that_was_nobodys(client: Client, told, db: None) -> None:
    session = client.session
    session["kept"] = "something"
    session.save()

    assert told(session.flush) == []

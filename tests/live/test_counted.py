"""What the hub counts: who watches, and how long it takes from the commit to every browser."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from incidents.models import Incident, Person
from tests.live.conftest import TIMEOUT_SECONDS, Opener, anote

pytestmark = pytest.mark.django_db(transaction=True)


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"warroom_{name}", labels) or 0.0


@pytest.mark.parametrize("kind", ["room", "home"])
async def test_an_open_page_is_counted_until_it_is_closed(
    browse: Opener, incident: Incident, stranger: Person, kind: str
) -> None:
    before = counted("viewers", kind=kind)

    browser = await browse(stranger, incident if kind == "room" else None)
    await browser.until_type("live")
    within = counted("viewers", kind=kind)
    await browser.close()

    assert (within, counted("viewers", kind=kind)) == (before + 1, before)


async def test_an_entry_is_timed_from_its_commit_to_the_browsers(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    count, total = counted("fanout_seconds_count"), counted("fanout_seconds_sum")
    browser = await browse(commander, incident, after=incident.last_seq)
    await browser.until_type("live")

    # The hub's own look may find an entry before the hub is told of it, which is when it counts.
    # One whose message got lost on a busy machine is found by that look alone, and is not timed.
    notes = 0
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while counted("fanout_seconds_count") == count:
            notes += 1
            await browser.until_seq(await anote(commander, incident, f"Note {notes}"))
            await asyncio.sleep(0.1)

    assert 1 <= counted("fanout_seconds_count") - count <= notes
    assert 0 < counted("fanout_seconds_sum") - total < TIMEOUT_SECONDS

"""A room that stays open for a day: what it holds is bounded, and nothing that it does is lost."""

from typing import Any

from django.db import transaction
from playwright.sync_api import CDPSession, Page, expect

from incidents.locking import lock
from incidents.models import Incident
from incidents.timeline.record import record
from kernel import clock
from tests.browser.conftest import PHONE, Visits
from tests.browser.test_live import BACK, live
from tests.browser.test_moments import Time, time  # noqa: F401  (a fixture)
from tests.browser.world import World

MAX_ENTRIES = 100
"""Entries that an open room holds at most (``static/js/live/timeline.js``)."""

AN_HOUR = 60
GROWTH = 1.03
ROUNDS = 8
COUNTED = ("Nodes", "JSEventListeners", "JSHeapUsedSize")
TIMEOUT_MS = 60_000


class Flood:
    """Notes that reach the page through the hub, many in one transaction."""

    def __init__(self, world: World, incident: Incident, page: Page) -> None:
        self._actor = world.people["mara"].as_actor()
        self._incident, self._page = incident, page
        self.said = 0

    def send(self, count: int) -> None:
        with transaction.atomic(durable=True):
            incident = lock(self._incident.pk)
            for _ in range(count):
                self.said += 1
                text = f"Reading {self.said}."
                record(incident, "note.added", self._actor, clock.now(), text=text)

    def here(self, count: int) -> None:
        """They come, and are on the page."""
        self.send(count)
        self.shows(self.said)

    def shows(self, number: int) -> None:
        newest = self._page.locator(".timeline-entry").first
        expect(newest).to_contain_text(f"Reading {number}.", timeout=TIMEOUT_MS)


def numbers(page: Page) -> list[int]:
    """The readings on the page, newest first."""
    found = page.locator(".timeline-entry[data-kind=Notes] p").all_inner_texts()
    return [int(text.removeprefix("Note. Reading ").rstrip(".")) for text in found]


def held(page: Page) -> dict[str, float]:
    """What the page keeps once its garbage is collected. A node goes some rounds after what held
    it, and each look leaves a few of its own, so the least of several counts."""
    told = page.context.new_cdp_session(page)
    told.send("Performance.enable")
    told.send("HeapProfiler.enable")
    rounds = [kept(told) for _ in range(ROUNDS)]
    told.detach()
    return {name: min(one[name] for one in rounds) for name in COUNTED}


def kept(told: CDPSession) -> dict[str, float]:
    told.send("Runtime.evaluate", {"expression": "1"})
    told.send("HeapProfiler.collectGarbage")
    metrics = told.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in metrics}


def test_after_a_day_a_page_holds_no_more_than_after_five_hours(
    visit: Visits,
    world: World,
    time: Time,  # noqa: F811
) -> None:
    incident = world.declare()
    world.schedule(incident, minutes=60)
    page = live(time.set(visit("ken")), incident)
    flood = Flood(world, incident, page)

    def hours(first: int, last: int) -> dict[str, float]:
        for _ in range(first, last):
            time.passes(60)
            flood.here(AN_HOUR)
        expect(page.locator(".connection")).to_contain_text("Live", timeout=BACK)
        time.passes(1)
        return held(page)

    early, late = hours(0, 5), hours(5, 24)

    assert flood.said == 1440
    assert page.locator(".timeline-entry").count() == MAX_ENTRIES
    for name in ("Nodes", "JSEventListeners"):
        assert late[name] <= early[name] * GROWTH, name
    assert late["JSHeapUsedSize"] <= early["JSHeapUsedSize"] * 1.15


def test_what_left_the_page_is_one_press_away(visit: Visits, world: World) -> None:
    incident = world.declare()
    page = live(visit("ken"), incident)
    flood = Flood(world, incident, page)
    flood.here(AN_HOUR)
    flood.here(AN_HOUR)
    assert numbers(page) == list(range(120, 20, -1))

    page.get_by_role("link", name="Older entries").press("Enter")

    expect(page.locator("[data-seq='1']")).to_be_attached()
    assert numbers(page) == list(range(120, 0, -1))


def test_who_reads_what_is_old_is_not_moved(visit: Visits, world: World) -> None:
    incident = world.declare()
    page = live(visit("ken"), incident)
    flood = Flood(world, incident, page)
    flood.here(AN_HOUR)
    page.locator(".timeline-scroll").evaluate("list => list.scrollTo(0, 1500)")
    read = page.get_by_text("Reading 25.")
    place = read.bounding_box()

    # Each hour is awaited: a page that misses more than 200 entries at once is asked to reload.
    for hour in range(1, 6):
        flood.send(AN_HOUR)
        new = page.get_by_role("button", name=f"{hour * AN_HOUR} new")
        expect(new).to_be_visible()
    assert read.bounding_box() == place
    assert numbers(page) == list(range(60, 0, -1))

    new.click()
    flood.shows(360)
    assert numbers(page) == list(range(360, 260, -1))
    page.get_by_role("link", name="Older entries").press("Enter")
    expect(page.locator(".timeline-entry")).to_have_count(2 * MAX_ENTRIES)
    assert numbers(page) == list(range(360, 160, -1))


def test_a_filter_keeps_what_it_shows_while_others_flood_the_room(
    visit: Visits, world: World
) -> None:
    incident = world.declare()
    page = live(visit("ken"), incident)
    with page.expect_response("**/timeline/?*"):
        page.get_by_label("Kind").select_option("Declared")
    shown = page.locator(".timeline-entry:visible")
    expect(shown).to_have_count(1)
    flood = Flood(world, incident, page)

    flood.send(AN_HOUR)
    flood.send(AN_HOUR)
    page.locator("[data-seq='121']").wait_for(state="attached")

    expect(shown).to_have_count(1)
    assert page.locator(".timeline-entry").count() == MAX_ENTRIES + 1
    with page.expect_response("**/timeline/?*"):
        page.get_by_label("Kind").select_option("Every kind")
    expect(shown).to_have_count(MAX_ENTRIES)


def test_on_a_phone_it_is_bounded_too(visit: Visits, world: World) -> None:
    incident = world.declare()
    page: Any = live(visit("ken", viewport=PHONE), incident)
    flood = Flood(world, incident, page)
    flood.here(AN_HOUR)
    flood.here(AN_HOUR)
    assert page.locator(".timeline-entry").count() == MAX_ENTRIES

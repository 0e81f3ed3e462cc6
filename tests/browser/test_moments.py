"""An open room moves with the time: nobody writes anything, and nobody loads the page again.

The server's clock and the browser's are set together.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from incidents.models import Incident
from kernel import clock
from tests.browser.conftest import Visits
from tests.browser.test_live import BACK, Line, live
from tests.browser.world import World


class Time:
    """Both clocks, and the looks that pages have asked for."""

    def __init__(self, server: clock.Clock) -> None:
        self._server = server
        self._pages: list[Page] = []
        self.looks: list[str] = []

    def set(self, page: Page) -> Page:
        page.clock.install(time=self._server.moment)
        page.on("request", self._note)
        self._pages.append(page)
        return page

    def passes(self, minutes: float, seconds: float = 0) -> None:
        length = timedelta(minutes=minutes, seconds=seconds)
        self._server.advance(seconds=length.total_seconds())
        for page in self._pages:
            page.clock.fast_forward(int(length.total_seconds() * 1000))

    def _note(self, request: Request) -> None:
        if "/live/?" in request.url and "&look=" in request.url:
            self.looks.append(request.url)


@pytest.fixture
def time(db: None) -> Iterator[Time]:
    with clock.at(clock.now()) as server:
        yield Time(server)


def window(page: Page) -> Any:
    return page.locator("#panel-blueprint li[aria-current=step]")


def test_the_strip_moves_each_minute_and_a_window_begins(
    visit: Visits, world: World, time: Time
) -> None:
    page = live(time.set(visit("noor")), world.declare())
    expect(window(page)).to_contain_text("Take control, now")

    time.passes(4, 2)
    expect(page.locator("#panel-blueprint")).to_contain_text("minute 4 of 60")
    time.passes(6)

    expect(window(page)).to_contain_text("Options, now")
    expect(page.locator("#panel-blueprint")).to_contain_text("Late:")
    assert len(time.looks) == 2


def test_a_checkpoint_becomes_overdue_in_its_panel_and_in_what_is_next(
    visit: Visits, world: World, time: Time
) -> None:
    incident = world.declare()
    world.schedule(incident, minutes=15)
    page = live(time.set(visit("mara")), incident)
    expect(page.locator("#panel-deciding")).not_to_contain_text("Overdue")

    time.passes(15, 2)

    expect(page.locator("#panel-deciding")).to_contain_text("Overdue since")
    expect(page.locator("#next")).to_contain_text("It is overdue.")


def test_it_moves_also_without_a_socket(visit: Visits, world: World, time: Time) -> None:
    page = time.set(visit("noor"))
    Line(page).open = False
    page.goto(world.declare().get_absolute_url())
    expect(page.locator(".connection")).to_contain_text("Polling", timeout=BACK)

    time.passes(10, 2)

    expect(window(page)).to_contain_text("Options, now")


def test_who_writes_is_not_disturbed_and_what_is_the_same_stays(
    visit: Visits, world: World, time: Time
) -> None:
    page = live(time.set(visit("mara")), world.declare())
    note = page.get_by_label("Note for the timeline")
    note.press_sequentially("I am still")
    page.evaluate("document.getElementById('panel-standing').mine = true")
    page.evaluate("document.getElementById('panel-blueprint').mine = true")

    time.passes(10, 2)

    expect(window(page)).to_contain_text("Options, now")
    expect(note).to_be_focused()
    expect(note).to_have_value("I am still")
    assert page.evaluate("document.getElementById('panel-standing').mine") is True
    assert page.evaluate("document.getElementById('panel-blueprint').mine") is None


SEEN = """seen => {
  Object.defineProperty(document, "visibilityState", { get: () => seen, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_page_that_nobody_sees_asks_only_when_it_is_seen(
    visit: Visits, world: World, time: Time
) -> None:
    incident: Incident = world.declare()
    page, witness = live(time.set(visit("noor")), incident), live(time.set(visit("ken")), incident)
    page.evaluate(SEEN, "hidden")

    time.passes(10, 2)
    expect(window(witness)).to_contain_text("Options, now")
    assert len(time.looks) == 1

    page.evaluate(SEEN, "visible")
    expect(window(page)).to_contain_text("Options, now")

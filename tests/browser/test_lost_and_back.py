"""A connection that breaks at the wrong moment, and a page that comes back from the cache."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits

TEXT = "Four nodes in one region still hold the old key set."
AWAY = 20
"""Minutes that somebody spends on another page."""


def _send_into_the_void(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("button", name="Declare").click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)


def test_a_form_that_never_arrived_is_there_again(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.get_by_label("What is known?").fill(TEXT)

    _send_into_the_void(page)
    page.goto("/declare/")

    expect(page.get_by_label("What is known?")).to_have_value(TEXT)


def test_it_is_kept_through_other_pages_too(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.get_by_label("What is known?").fill(TEXT)

    _send_into_the_void(page)
    page.goto("/")
    page.goto("/declare/")

    expect(page.get_by_label("What is known?")).to_have_value(TEXT)


def test_after_a_refusal_every_field_is_kept_not_only_the_mended_one(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.get_by_label("What is known?").fill(TEXT)
    page.get_by_role("button", name="Declare").click()
    expect(page.locator("#refusal")).to_be_visible()

    page.get_by_label("What is wrong?").fill("Old key set")
    page.goto("/declare/")

    expect(page.get_by_label("What is wrong?")).to_have_value("Old key set")
    expect(page.get_by_label("What is known?")).to_have_value(TEXT)


def _minutes(page: Page) -> int:
    shown = page.locator("[data-elapsed]").inner_text().removeprefix("T+")
    hours, minutes, _ = shown.split(":")
    return int(hours) * 60 + int(minutes)


def test_the_clock_is_right_on_a_page_that_comes_back(visit: Visits) -> None:
    page = visit("mara", "/")  # has told the server the zone: the next pages can be cached
    page.goto("/INC-42/")
    before = _minutes(page)
    page.goto("/")

    page.add_init_script(f"const now = Date.now; Date.now = () => now() + {AWAY * 60_000}")
    page.go_back()

    expect(page.locator("[data-elapsed]")).not_to_have_text("T+…")
    assert page.evaluate("performance.getEntriesByType('navigation')[0].transferSize") == 0
    assert _minutes(page) - before in {AWAY, AWAY + 1}

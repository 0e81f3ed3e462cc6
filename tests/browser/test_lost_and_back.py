"""A connection that breaks at the wrong moment, and a page that comes back from the cache."""

import re

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


def test_a_page_that_comes_back_is_fetched_anew_with_the_right_clock(visit: Visits) -> None:
    """No browser keeps a page of ours: *Back* after signing out would show it."""
    page = visit("mara", "/")
    page.goto("/INC-42/")
    before = _minutes(page)
    page.goto("/")

    page.add_init_script(f"const now = Date.now; Date.now = () => now() + {AWAY * 60_000}")
    page.go_back()

    expect(page.locator("[data-elapsed]")).not_to_have_text("T+…")
    assert page.evaluate("performance.getEntriesByType('navigation')[0].transferSize") > 0
    assert _minutes(page) - before in {0, 1}  # by the server's clock, whatever this machine's says


def _typed_here(page: Page) -> list[str]:
    """What this browser has of what somebody typed."""
    stored: list[str] = page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('warroom-kept'))"
        ".map(k => localStorage.getItem(k))"
    )
    return stored


def test_signing_out_by_any_door_forgets_what_was_typed_in_every_tab(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.get_by_label("What is known?").fill(TEXT)
    assert TEXT in _typed_here(page)[0]
    other = page.context.new_page()
    other.goto("/settings/")

    # Without the form of our own pages, as the admin site does it.
    other.evaluate(
        """async () => {
            const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1]
                ?? document.querySelector("[name=csrfmiddlewaretoken]").value;
            const body = new URLSearchParams({ csrfmiddlewaretoken: token });
            await fetch("/accounts/logout/", { method: "POST", body });
        }"""
    )
    other.goto("/accounts/login/")
    assert _typed_here(other) == []

    page.get_by_label("What is wrong?").fill("Typed on, in the tab that was left open")
    assert _typed_here(page) == []


def test_the_filter_of_the_timeline_agrees_with_its_list_after_back(visit: Visits) -> None:
    """On its own page the filter is in the address; in the room Back begins without one."""
    page = visit("mara", "/INC-42/timeline/")
    entries, kind = page.locator(".timeline-entry"), page.get_by_label("Kind")
    with page.expect_response("**/timeline/?*"):
        kind.select_option("Declared")
    expect(entries).to_have_count(1)
    expect(page).to_have_url(re.compile("kind=Declared"))
    page.goto("/settings/")
    page.go_back()
    expect(kind).to_have_value("Declared")
    expect(entries).to_have_count(1)

    page.goto("/INC-42/")
    with page.expect_response("**/timeline/?*"):
        kind.select_option("Declared")
    expect(entries).to_have_count(1)
    page.goto("/settings/")
    page.go_back()
    expect(kind).to_have_value("")
    expect(entries.nth(1)).to_be_attached()

"""The watch is handed over: two browsers at once, each step live on both sides."""

from playwright.sync_api import Page, expect

from incidents.models import Incident
from tests.browser.accessibility import problems
from tests.browser.conftest import Visits
from tests.browser.test_handoff import ready
from tests.browser.test_retro import closed  # noqa: F401  (a fixture)

TIMEOUT_MS = 60_000
"""Milliseconds after which the test gives a page up."""


def offer(page: Page, to: str) -> None:
    """By keyboard from the watch; what the closing stated is filled in already."""
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="Hand over the watch")).to_be_visible()
    expect(page.get_by_label("4. Rollback failure trigger")).not_to_have_value("")
    expect(page.get_by_label("3. Next check-in")).to_have_value("1")
    page.get_by_label("To", exact=True).select_option(to)
    page.get_by_label("1. Scope: included").fill("Sign-in in all regions")
    page.get_by_role("button", name="Offer the handoff").click()
    page.wait_for_url("**/HO-*/", wait_until="commit")


def test_offered_declined_offered_again_and_accepted(
    visit: Visits,
    closed: Incident,  # noqa: F811
) -> None:
    room, found = closed.get_absolute_url(), {}
    watch, giver, receiver = f"{room}watch/", "Priya Raman", "Ken Ito"
    priya, ken = visit("priya", watch), visit("ken", watch)
    home = visit("ken", "/")
    for page in (priya, ken, home):
        page.set_default_timeout(TIMEOUT_MS)
        ready(page)
    expect(home.locator("#home-work")).not_to_contain_text("Accept the watch")
    found["watch"] = problems(priya)

    # Offered: the receiver's watch and their work say so, without a reload.
    offer(priya, receiver)
    expect(ken.locator("#watch-head")).to_contain_text("Accept the watch, or decline it")
    expect(home.locator("#home-work")).to_contain_text("Accept the watch, or decline it")
    found["offered, to me"] = problems(ken)
    found["of the giver"] = problems(priya)

    # Declined: the giver reads why on the page that is open, and offers again.
    ken.keyboard.press("h")
    expect(ken.locator("#handoff-brief")).to_contain_text("The watch so far")
    ready(ken)
    found["of the receiver"] = problems(ken)
    ken.get_by_label("Why not?").fill("I am asleep until 06:00")
    ken.get_by_role("button", name="Decline with this reason").click()
    expect(priya.locator("#handoff-next")).to_contain_text("I am asleep until 06:00")
    expect(home.locator("#home-work")).not_to_contain_text("Accept the watch")
    priya.get_by_role("link", name="To the watch").click()
    ken.wait_for_url(f"**{room}")
    ready(priya)
    priya.keyboard.press("h")
    priya.get_by_role("button", name="Offer the handoff").click()
    expect(priya.locator("#refusal")).to_be_visible()
    found["refused"] = problems(priya)
    priya.goto(watch)
    ready(priya)
    ready(ken)
    offer(priya, receiver)
    expect(ken.locator("#next")).to_contain_text("Accept the watch, or decline it")
    priya.get_by_role("link", name="To the watch").click()
    expect(priya.locator("#watch-head")).to_contain_text(f"The watch is offered to {receiver}")
    ready(priya)

    # Accepted: whoever looks at the watch sees its new owner.
    ken.keyboard.press("d")
    ken.wait_for_url("**/HO-2/")
    ready(ken).keyboard.press("h")
    ken.wait_for_url(f"**{watch}")
    expect(ken.locator("#watch-owner")).to_contain_text(f"Watch owner: {receiver}.")
    expect(priya.locator("#watch-owner")).to_contain_text(f"Watch owner: {receiver}.")
    expect(priya.locator("#watch-owner")).to_contain_text(giver)
    expect(priya.get_by_role("link", name="Hand the watch over")).to_be_hidden()
    expect(priya.get_by_role("heading", name="Check in now")).to_be_hidden()
    expect(ken.get_by_role("link", name="Hand the watch over")).to_be_visible()
    found["accepted"] = problems(ken)

    # The palette leads to the same form.
    ready(ken).keyboard.press("/")
    ken.keyboard.type("hand over the watch")
    ken.keyboard.press("Enter")
    expect(ken.get_by_role("heading", name="Hand over the watch")).to_be_visible()
    assert not any(found.values()), found

"""Notifications of the browser: asked for by a click, once over several tabs, led back by one."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from incidents.actions import roles
from incidents.models import Incident
from incidents.vocabulary import RoleName
from kernel import clock
from tests.browser.conftest import Visits
from tests.browser.test_live import live
from tests.browser.world import World

HEARD = """
  window.heard = [];
  window.Notification = class {
    static permission = "default";
    static requestPermission = async () => (Notification.permission = "granted");
    constructor(title, options) {
      window.heard.push({ title, ...options });
      localStorage.setItem("heard", String(Number(localStorage.getItem("heard") ?? 0) + 1));
      window.last = this;
    }
    close() {}
  };
  if (localStorage.getItem("granted")) Notification.permission = "granted";
"""
"""The browser's own part, so that what it is told can be read."""


UNTIL_HEARD = """() => new Promise((done) => {
  const look = () => (localStorage.getItem("heard") ? done() : setTimeout(look, 20));
  look();
})"""


@pytest.fixture
def incident(world: World) -> Incident:
    return world.declare()


def listening(page: Page) -> Page:
    page.context.add_init_script(HEARD)
    page.goto("/settings/notices/")
    return page


def named(world: World, incident: Incident, who: str) -> None:
    """They are told that they are the deputy."""
    mara, person = world.people["mara"], world.people[who]
    at = clock.now() + timedelta(seconds=1)
    roles.assign(mara.as_actor(), incident.pk, role=RoleName.DEPUTY, person=person, now=at)


def test_it_is_off_until_a_click_and_can_be_switched_off(visit: Visits) -> None:
    page = listening(visit("ken"))
    state = page.locator("[data-notify-state]")
    expect(state).to_have_text("It is off in this browser.")
    page.get_by_role("button", name="Switch it on").click()
    expect(state).to_have_text("It is on in this browser.")
    page.evaluate("localStorage.setItem('granted', 'yes')")

    page.get_by_role("button", name="Send me a test").click()
    expect(page.locator("#tested")).to_contain_text("Email")
    assert page.evaluate("localStorage.getItem('heard')") == "1"
    page.get_by_role("button", name="Switch it off").click()
    expect(state).to_have_text("It is off in this browser.")
    page.get_by_role("button", name="Send me a test").click()
    expect(page.locator(".notice")).to_contain_text("You have just sent one")
    assert page.evaluate("localStorage.getItem('heard')") == "1"


def test_a_notice_shows_once_over_two_tabs_and_leads_to_its_place(
    visit: Visits, world: World, incident: Incident
) -> None:
    page = listening(visit("noor"))
    page.get_by_role("button", name="Switch it on").click()
    page.evaluate("localStorage.setItem('granted', 'yes')")
    with page.expect_response("**/notices/new/"):
        live(page, incident)
    other = page.context.new_page()
    with other.expect_response("**/notices/new/"):
        live(other, incident)

    named(world, incident, "noor")

    other.evaluate(UNTIL_HEARD)
    expect(other.locator(".timeline-entries")).to_contain_text("Deputy")
    heard = page.evaluate("window.heard") + other.evaluate("window.heard")
    assert [(one["title"], one["tag"][:8]) for one in heard] == [(incident.reference, "warroom-")]
    assert "eputy" in heard[0]["body"]
    shown = page if page.evaluate("window.heard.length") else other
    with shown.expect_navigation():
        shown.evaluate("window.last.onclick()")
    assert page.evaluate("localStorage.getItem('heard')") == "1"


def test_where_it_is_off_nothing_is_asked(visit: Visits, world: World, incident: Incident) -> None:
    page = visit("priya")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    live(page, incident)
    named(world, incident, "priya")

    expect(page.locator(".timeline-entries")).to_contain_text("Deputy")
    assert not [url for url in asked if "/notices/new/" in url]

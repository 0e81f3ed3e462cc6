"""An update is written, refused, mended and published; a second person sees it come."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from comms.models import Update
from incidents.actions import lifecycle, roles
from incidents.models import Incident
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from tests.browser.accessibility import problems
from tests.browser.conftest import Visits
from tests.browser.test_live import LIVE_MS, live
from tests.browser.world import World
from tests.helpers.messages import published
from warroom.demo import surfaces

IMPACT = "Signing in fails for about one person in three. Open sessions stay open."


@pytest.fixture
def incident(world: World) -> Incident:
    """It impacts Sign-in; Communication is Aisha's."""
    incident, mara = world.declare(), world.people["mara"].as_actor()
    impacted = (surfaces()["Sign-in"],)
    lifecycle.set_surfaces(mara, incident.pk, surfaces=impacted, now=clock.now())
    who = {"role": RoleName.LANE_OWNER, "lane": LaneKind.COMMUNICATION}
    person = world.people["aisha"]
    roles.assign(mara, incident.pk, person=person, **who, now=clock.now())
    return incident


def write(page: Page, headline: str) -> None:
    page.get_by_label("Headline, as readers know it").fill(headline)
    page.get_by_label("Customer impact, in plain words").fill(IMPACT)
    page.get_by_label("Known unknown", exact=True).fill("Whether trying again helps")


def test_written_refused_mended_published_and_seen_by_another(
    visit: Visits, incident: Incident
) -> None:
    noor = live(visit("noor"), incident)
    aisha = live(visit("aisha"), incident)

    # By key from the room; the words are previewed as they are typed, and saved.
    aisha.keyboard.press("u")
    aisha.wait_for_url(f"**{reverse('update-write', args=[incident.pk])}")
    expect(aisha.get_by_role("heading", name="Stakeholder update 1")).to_be_visible()
    expect(aisha.get_by_label("Headline, as readers know it")).to_have_value(
        "Problems with Sign-in"
    )
    write(aisha, "SEV-1 for Sign-in")
    aisha.get_by_label("Next committed update").fill("+62")
    expect(aisha.locator("#preview")).to_contain_text(IMPACT)
    expect(aisha.locator("#draft-state")).to_contain_text("Your draft was saved")

    # Refused, with everything kept and each field told.
    aisha.keyboard.press("Control+Enter")
    expect(aisha.locator("#refusal")).to_contain_text("Not published yet: 2 things are unmet")
    expect(aisha.locator("#refusal")).to_be_focused()
    expect(aisha.get_by_label("Customer impact, in plain words")).to_have_value(IMPACT)
    expect(aisha.get_by_label("Next committed update")).to_have_value("+62")
    assert problems(aisha, "main") == []

    # Mended and published: the other one's room has it without a reload, and counts down.
    aisha.get_by_label("Headline, as readers know it").fill("Some people cannot sign in")
    aisha.get_by_label("Next committed update").fill("+20")
    aisha.get_by_role("button", name="Publish").click()
    aisha.wait_for_url(f"**{incident.get_absolute_url()}")
    lane = noor.locator("#panel-lanes .lane-communication")
    expect(noor.locator(".timeline-entries .entry-update")).to_contain_text(
        "Update 1 published", timeout=LIVE_MS
    )
    expect(lane).to_contain_text("Next update by")
    expect(lane.locator("[data-countdown]")).to_contain_text("19:")
    assert Update.objects.get(incident=incident).unknowns == ["Whether trying again helps"]

    # It is owed again: who speaks is asked for the next, and the draft is gone.
    expect(aisha.locator("#next")).to_contain_text("Publish the promised update")
    aisha.goto(f"{incident.get_absolute_url()}update/")
    expect(aisha.get_by_role("heading", name="Stakeholder update 2")).to_be_visible()
    expect(aisha.locator("#draft-state")).to_have_text("Drafts save themselves")
    expect(aisha.get_by_text("Filled from")).to_contain_text("update 1")


@pytest.mark.case("P4")
def test_a_draft_is_there_after_the_browser_was_lost(visit: Visits, incident: Incident) -> None:
    page = visit("aisha", f"{incident.get_absolute_url()}update/")
    write(page, "Some people cannot sign in")
    expect(page.locator("#draft-state")).to_contain_text("Your draft was saved")

    # Steady typing is saved although it never rests; what came since, when the page is left.
    page.clock.install()
    page.route("**/preview/", lambda route: route.fulfill(body=""))
    mitigation = page.get_by_label("Current mitigation, in plain words")
    with page.expect_response("**/draft/") as saved:
        for letter in "We look for it":
            mitigation.press("End")
            mitigation.press_sequentially(letter)
            page.clock.run_for(250)
    assert saved.value.ok
    mitigation.press_sequentially(" again")
    page.get_by_role("link", name="Internal escalation").click()
    page.wait_for_url("**/escalation/")
    saved = "async () => (await (await fetch('../update/')).text()).includes('look for it again')"
    page.wait_for_function(saved)
    page.context.close()

    # Whoever else looks meanwhile neither sees nor touches it.
    other = visit("mara", f"{incident.get_absolute_url()}update/")
    expect(other.get_by_label("Customer impact, in plain words")).to_have_value("")

    again = visit("aisha", f"{incident.get_absolute_url()}update/")
    expect(again.get_by_label("Customer impact, in plain words")).to_have_value(IMPACT)
    expect(again.get_by_label("Current mitigation, in plain words")).to_have_value(
        re.compile("We look for it again")
    )
    expect(again.locator("#draft-state")).to_contain_text("Your draft of")

    # A second tab neither overwrites it nor is lost.
    tab = again.context.new_page()
    tab.goto(again.url)
    again.get_by_label("Headline, as readers know it").fill("Half cannot sign in")
    expect(again.locator("#draft-state")).to_contain_text("Your draft was saved")
    tab.get_by_label("Headline, as readers know it").fill("Nobody can sign in")
    expect(tab.locator("#draft-state")).to_contain_text("Another tab of yours saved this draft")
    tab.get_by_role("button", name="Save this one in its place").click()
    expect(tab.locator("#draft-state")).to_contain_text("Your draft was saved")


def test_the_lane_shows_what_is_said_as_it_is_said(
    visit: Visits, world: World, incident: Incident
) -> None:
    page = visit("noor", f"{incident.get_absolute_url()}lanes/communication/")
    expect(page.locator(".connection")).to_contain_text("Live")
    expect(page.locator("#lane-said")).to_contain_text("Nothing was said yet.")

    published(world.people["aisha"], incident, clock.now())

    expect(page.locator("#lane-said")).to_contain_text("Update 1", timeout=LIVE_MS)
    expect(page.locator("#lane-said")).to_contain_text("To: everybody.")


def test_a_late_promise_stands_in_the_room(visit: Visits, world: World, incident: Incident) -> None:
    soon = clock.now() + timedelta(seconds=3)
    published(world.people["aisha"], incident, clock.now(), next_at=soon)

    page = live(visit("noor"), incident)

    expect(page.locator("#panel-warnings")).to_contain_text("The promised update is late")
    expect(page.locator("#panel-lanes [data-countdown]")).to_have_text("overdue")

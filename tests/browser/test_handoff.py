"""A lane, and then command, is handed over: two browsers at once, each step live on both sides."""

import pytest
from playwright.sync_api import Page, expect

from incidents.actions import roles
from incidents.models import Incident
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from lanes import actions
from tests.browser.accessibility import problems
from tests.browser.conftest import Visits
from tests.browser.test_keyboard import tab_to
from tests.browser.test_live import LIVE_MS, entries, live
from tests.browser.world import World

LANE = LaneKind.COMMUNICATION
TRIGGER = "401 rate above 10 % for 2 minutes in any region"


@pytest.fixture
def incident(world: World) -> Incident:
    """With CP-1 ahead and Communication, with a boundary, owned by Aisha."""
    incident, mara = world.declare(), world.people["mara"].as_actor()
    who = {"role": RoleName.LANE_OWNER, "lane": LANE, "person": world.people["aisha"]}
    roles.assign(mara, incident.pk, **who, now=clock.now())
    said = {"included": ["status page", "support"], "excluded": ["press"]}
    actions.set_boundary(mara, incident.pk, lane=LANE, **said, now=clock.now())
    world.schedule(incident)
    return incident


def ready(page: Page) -> Page:
    """Its script runs, and keys work."""
    expect(page.locator(".connection")).to_contain_text("Live")
    return page


def offer(page: Page, to: str) -> None:
    page.get_by_label("To", exact=True).select_option(to)
    page.get_by_label("2. Unresolved unknowns").fill("Whether old sessions must sign in again")
    page.get_by_label("4. Rollback failure trigger").fill(TRIGGER)
    page.get_by_role("button", name="Offer the handoff").click()
    page.wait_for_url("**/HO-*/")


def test_offered_declined_offered_again_and_accepted(visit: Visits, incident: Incident) -> None:
    room = incident.get_absolute_url()
    noor = live(visit("noor"), incident)
    aisha = live(visit("aisha"), incident)

    # Offered by keyboard from the room; the receiver's room says what to do.
    aisha.keyboard.press("h")
    expect(aisha.get_by_role("heading", name="Hand over Communication")).to_be_visible()
    expect(aisha.get_by_label("1. Scope: included")).to_have_value("status page\nsupport")
    offer(aisha, "Noor Haddad")
    expect(noor.locator("#panel-lanes .lane-communication")).to_contain_text(
        "Offered to Noor Haddad", timeout=LIVE_MS
    )
    expect(noor.locator("#next")).to_contain_text("Accept Communication, or decline it")
    expect(aisha.locator("#handoff-next")).to_contain_text("It waits for Noor Haddad.")

    # Declined: the giver reads why on the page that is open, without a reload.
    noor.keyboard.press("d")
    expect(noor.locator("#handoff-brief")).to_contain_text(TRIGGER)
    noor.get_by_label("Why not?").fill("I am on the signer until 15:00")
    noor.get_by_role("button", name="Decline with this reason").click()
    expect(aisha.locator("#handoff-next")).to_contain_text("I am on the signer until 15:00")
    expect(aisha.get_by_text("Withdraw the offer")).to_be_hidden()

    # Offered again: the receiver, back in the room, sees it come.
    noor.wait_for_url(f"**{room}")
    ready(noor)
    aisha.goto(f"{room}lanes/communication/")
    aisha.get_by_role("link", name="Hand this lane over").click()
    offer(aisha, "Noor Haddad")
    aisha.goto(f"{room}lanes/communication/")
    ready(aisha)
    expect(noor.locator("#next")).to_contain_text("Accept Communication")

    # Accepted: the lane's page of the giver and a third one's room show the new owner.
    noor.get_by_role("link", name="Read the handoff").click()
    noor.wait_for_url("**/HO-2/")
    ready(noor).keyboard.press("h")
    noor.wait_for_url("**/lanes/communication/")
    expect(noor.locator("#lane-owner")).to_contain_text("Owner Noor Haddad")
    expect(aisha.locator("#lane-owner")).to_contain_text("Owner Noor Haddad")
    expect(aisha.get_by_role("link", name="Hand this lane over")).to_be_hidden()
    mara = live(visit("mara"), incident)
    expect(entries(mara)).to_contain_text("Noor Haddad accepted Communication.")


def chosen(page: Page, letters: str, label: str) -> None:
    """In a list one types the beginning of what one wants."""
    page.keyboard.type(letters)
    option = page.get_by_label("To", exact=True).locator("option:checked")
    expect(option).to_have_text(label)


def test_handed_over_declined_and_accepted_by_keys_alone(visit: Visits, incident: Incident) -> None:
    aisha, noor = live(visit("aisha"), incident), live(visit("noor"), incident)

    for reason in ("I am on the signer until 15:00", ""):
        aisha.keyboard.press("h")
        expect(aisha.get_by_role("heading", name="Hand over Communication")).to_be_visible()
        tab_to(aisha, "To")
        chosen(aisha, "Noor", "Noor Haddad")
        tab_to(aisha, "2. Unresolved unknowns")
        aisha.keyboard.type("Whether old sessions must sign in again")
        tab_to(aisha, "4. Rollback failure trigger")
        aisha.keyboard.type(TRIGGER)
        aisha.keyboard.press("Control+Enter")
        aisha.wait_for_url("**/HO-*/")

        expect(noor.locator("#next")).to_contain_text("Accept Communication")
        noor.keyboard.press("d")
        noor.wait_for_url("**/HO-*/")
        ready(noor)
        if reason:
            tab_to(noor, "Why not?")
            noor.keyboard.type(reason)
            noor.keyboard.press("Control+Enter")
            expect(aisha.locator("#handoff-next")).to_contain_text(reason)
            noor.wait_for_url(f"**{incident.get_absolute_url()}")
            ready(noor)
            live(aisha, incident)
    noor.keyboard.press("h")

    noor.wait_for_url("**/lanes/communication/")
    expect(noor.locator("#lane-owner")).to_contain_text("Owner Noor Haddad")
    expect(aisha.locator("#handoff-next")).to_contain_text("Noor Haddad has it since.")


def test_who_accepts_too_late_is_told_how_it_ended(
    visit: Visits, world: World, incident: Incident
) -> None:
    room = incident.get_absolute_url()
    aisha = visit("aisha", f"{room}handoff/?lane=communication")
    offer(aisha, "Noor Haddad")
    noor = visit("noor", f"{room}HO-1/", java_script_enabled=False)
    mara = visit("mara", f"{room}roles/?who=lane_owner:communication")
    mara.get_by_label("Person").select_option("Ken Ito")
    mara.get_by_role("button", name="Name an owner").click()
    mara.wait_for_url(f"**{room}")
    noor.get_by_role("button", name="Accept the lane").click()
    words = "Mara Lindqvist gave the lane Communication to Ken Ito meanwhile."
    expect(noor.locator("#handoff-next")).to_contain_text(words)


def test_command_passes_in_the_middle_of_a_draft(
    visit: Visits, world: World, incident: Incident
) -> None:
    room = incident.get_absolute_url()
    mara = visit("mara", f"{room}CP-1/")
    scope = mara.get_by_label("Impacted scope")
    with mara.expect_response("**/CP-1/draft/"):
        scope.press_sequentially("Sign-in in eu-west only")
    giving = live(mara.context.new_page(), incident)
    giving.keyboard.press("h")
    giving.get_by_label("1. Scope: included").fill("The whole incident, until the watch")
    offer(giving, "Noor Haddad")

    noor = visit("noor", f"{room}HO-1/")
    noor.get_by_role("button", name="Accept command").click()
    noor.wait_for_url(f"**{room}")

    expect(giving.locator("#handoff-next")).to_contain_text("Noor Haddad has it since.")
    giving.goto(room)
    kept = "Your draft for CP-1"
    expect(giving.locator("#next")).to_contain_text(kept)
    ready(noor).keyboard.press("d")
    expect(noor.locator("#draft-state")).to_contain_text("Taken from Mara Lindqvist’s draft")
    expect(noor.get_by_label("Impacted scope")).to_have_value("Sign-in in eu-west only")
    # Who still writes is told that it no longer saves itself; it stays in the page.
    scope.press_sequentially(", and the sandbox")
    expect(mara.locator("#draft-state")).to_contain_text("You no longer command")
    expect(scope).to_have_value("Sign-in in eu-west only, and the sandbox")


def test_the_pages_of_a_handoff(visit: Visits, world: World, incident: Incident) -> None:
    room = incident.get_absolute_url()
    aisha, noor = visit("aisha"), visit("noor")
    found: dict[str, list[str]] = {}

    def judge(name: str, page: Page, path: str) -> None:
        page.goto(f"{room}{path}")
        found[name] = problems(page)

    judge("offer", aisha, "handoff/?lane=communication")
    aisha.get_by_role("button", name="Offer the handoff").click()
    expect(aisha.locator("#refusal")).to_be_visible()
    found["refused"] = problems(aisha)
    aisha.goto(f"{room}handoff/?lane=communication")
    offer(aisha, "Noor Haddad")
    judge("of the giver", aisha, "HO-1/")
    judge("of the receiver", noor, "HO-1/")
    judge("room", noor, "")
    judge("lane", aisha, "lanes/communication/")
    judge("offered already", aisha, "handoff/?lane=communication")
    noor.goto(f"{room}HO-1/")
    noor.get_by_role("button", name="Decline with this reason").click()
    expect(noor.locator("#refusal")).to_be_visible()
    found["decline, refused"] = problems(noor)
    noor.get_by_role("button", name="Accept the lane").click()
    noor.wait_for_url("**/lanes/communication/")
    judge("accepted", aisha, "HO-1/")
    assert not any(found.values()), found

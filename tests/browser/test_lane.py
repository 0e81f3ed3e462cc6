"""A lane's page stays up to date by itself, and takes nothing from whoever writes on it."""

import pytest
from playwright.sync_api import Page, expect

from incidents.actions import roles
from incidents.models import Incident
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from lanes import actions
from tests.browser.conftest import Visits
from tests.browser.test_live import BACK, Line
from tests.browser.world import World
from tests.helpers.decision_inputs import capture_evidence

LANE = LaneKind.INVESTIGATION


@pytest.fixture
def incident(world: World) -> Incident:
    """Its investigation is Priya's, with one evidence item."""
    incident = world.declare()
    own(world, incident, "priya")
    capture_evidence(incident, world.people["priya"], clock.now())
    return incident


def own(world: World, incident: Incident, who: str) -> None:
    roles.assign(
        world.people["mara"].as_actor(),
        incident.pk,
        role=RoleName.LANE_OWNER,
        lane=LANE,
        person=world.people[who],
        now=clock.now(),
    )


def note(world: World, incident: Incident, text: str, lane: str = LANE) -> None:
    actor = world.people["ken"].as_actor()
    actions.add_note(actor, incident.pk, text=text, lane=lane, now=clock.now())


def lane(page: Page, incident: Incident) -> Page:
    page.goto(f"/INC-{incident.pk}/lanes/{LANE.value}/")
    expect(page.locator(".connection")).to_contain_text("Live")
    return page


def loads(page: Page) -> list[str]:
    """Where the page is led from now on: nowhere, unless it is loaded again."""
    found: list[str] = []
    page.on("framenavigated", lambda frame: found.append(frame.url))
    return found


def test_what_one_says_the_other_sees_while_writing(visit: Visits, incident: Incident) -> None:
    mara, priya = lane(visit("mara"), incident), lane(visit("priya"), incident)
    loaded = loads(mara)
    mine = mara.get_by_label("What is not known?")
    mine.press_sequentially("Does it")

    priya.get_by_label("What is not known?").fill("Why only four nodes?")
    priya.get_by_role("button", name="Raise the unknown").click()
    expect(mara.locator("#unknowns-now")).to_contain_text("U-1 Why only four nodes?")
    expect(mara.locator("#unknowns-head")).to_contain_text("1 open")

    priya.locator("#notes-now").wait_for()
    priya.get_by_label("Note", exact=True).fill("Only eu-west is left")
    priya.get_by_role("button", name="Add note").click()
    expect(mara.locator("#notes-now")).to_contain_text("Only eu-west is left")

    priya.locator("#hypotheses-add summary").click()
    priya.get_by_label("What may explain it?").fill("Clock skew")
    priya.get_by_role("button", name="State it").click()
    expect(mara.locator("#hypotheses-now")).to_contain_text("H-1 Clock skew")

    priya.get_by_role("link", name="Rule out with evidence").click()
    expect(priya.get_by_role("radio", name="Ruled out")).to_be_checked()
    priya.get_by_role("checkbox", name="E-1").check()
    priya.get_by_label("What does the evidence show?").fill("Skew is below 40 ms")
    priya.keyboard.press("Control+Enter")
    expect(mara.locator("#hypotheses-now")).to_contain_text("Ruled out")
    expect(mara.locator("#hypotheses-now")).to_contain_text("Skew is below 40 ms")

    expect(mine).to_be_focused()
    mine.press_sequentially(" come back?")
    expect(mine).to_have_value("Does it come back?")
    assert loaded == []


def test_a_form_is_not_replaced_while_somebody_types_in_it(
    visit: Visits, world: World, incident: Incident
) -> None:
    page = lane(visit("priya"), incident)
    mine = page.get_by_label("What is not known?")
    mine.fill("Half a question")
    own(world, incident, "ken")
    expect(page.locator("#lane-owner")).to_contain_text("Owner Ken Ito")
    expect(page.locator("#boundary-change")).to_contain_text("The lane's owner or the commander")
    expect(mine).to_have_value("Half a question")
    mine.fill("")
    page.get_by_label("Note", exact=True).focus()
    expect(page.locator("#unknowns-add")).to_contain_text("raises and resolves them")


def test_a_form_that_came_live_keeps_what_is_typed(
    visit: Visits, world: World, incident: Incident
) -> None:
    page = lane(visit("ken"), incident)
    expect(page.get_by_label("What is not known?")).to_have_count(0)
    own(world, incident, "ken")
    page.get_by_label("What is not known?").fill("Kept over a reload?")
    page.reload()
    expect(page.get_by_label("What is not known?")).to_have_value("Kept over a reload?")


def test_who_stands_on_a_link_stays_on_it_when_the_list_grows(
    visit: Visits, world: World, incident: Incident
) -> None:
    actor = world.people["priya"].as_actor()

    def suppose(text: str) -> None:
        actions.state_hypothesis(actor, incident.pk, text=text, now=clock.now())

    suppose("Clock skew")
    page = lane(visit("priya"), incident)
    link = page.locator("a[href$='/H-1/?verdict=ruled_out']")
    link.focus()
    suppose("A stale key set")
    expect(page.locator("#hypotheses-now")).to_contain_text("H-2 A stale key set")
    expect(link).to_be_focused()


def test_much_at_once_is_asked_for_few_times_and_other_lanes_notes_not_at_all(
    visit: Visits, world: World, incident: Incident
) -> None:
    page = lane(visit("mara"), incident)
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.url) if "hx-request" in request.headers else None,
    )
    for number in range(12):
        note(world, incident, f"Elsewhere {number}", LaneKind.MITIGATION)
    for number in range(12):
        note(world, incident, f"Reading {number}")
    expect(page.locator("#notes-now")).to_contain_text("Reading 11")
    assert 1 <= len(asked) <= 6


def test_without_a_socket_the_page_follows_by_polling(
    visit: Visits, world: World, incident: Incident
) -> None:
    page = visit("mara")
    line = Line(page)
    lane(page, incident)
    line.cut()
    expect(page.locator(".connection")).to_contain_text("Polling", timeout=BACK)
    note(world, incident, "Seen by polling")
    expect(page.locator("#notes-now")).to_contain_text("Seen by polling")
    line.open = True
    expect(page.locator(".connection")).to_contain_text("Live", timeout=BACK)


def test_what_did_not_come_is_asked_for_again(
    visit: Visits, world: World, incident: Incident
) -> None:
    page = lane(visit("mara"), incident)
    page.route(
        f"**/lanes/{LANE.value}/", lambda route: route.abort("internetdisconnected"), times=1
    )
    note(world, incident, "Said in a tunnel")
    expect(page.locator("#notes-now")).to_contain_text("Said in a tunnel")


def test_an_unknown_is_raised_and_resolved_by_keys_alone(visit: Visits, incident: Incident) -> None:
    page = lane(visit("priya"), incident)
    page.get_by_label("What is not known?").focus()
    page.keyboard.type("Which nodes?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unknowns-now")).to_contain_text("U-1 Which nodes?")
    page.get_by_role("link", name="Resolve U-1").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What is known now?").focus()
    page.keyboard.type("Four of eu-west")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unknowns-head")).to_contain_text("0 open")
    page.get_by_text("Resolved: 1").click()
    expect(page.locator("#unknowns-now")).to_contain_text("Four of eu-west")
    expect(page.locator("#unknowns-now")).to_contain_text("By E-1")

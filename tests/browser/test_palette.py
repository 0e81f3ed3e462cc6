"""Quick entry: everything that a person may do, a few letters away, by keys or by touch."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from kernel import clock
from tests.browser.accessibility import problems
from tests.browser.conftest import PHONE, Visits
from tests.browser.world import World
from tests.helpers.decision_inputs import capture_evidence

ROOM = "/INC-42/"
LANE = "/INC-42/lanes/investigation/"


def opened(page: Page, key: str = "/") -> Locator:
    page.keyboard.press(key)
    expect(page.locator("#palette")).to_be_visible()
    expect(field(page)).to_be_focused()
    return page.locator("#palette")


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Quick entry")


def chosen(page: Page) -> Locator:
    return page.locator("#palette [aria-current]")


def test_a_few_letters_and_enter_lead_to_a_command(visit: Visits) -> None:
    page = visit("mara", ROOM)
    palette = opened(page)
    page.keyboard.type("phase")
    expect(chosen(page)).to_have_text(re.compile("Move to another phase"))
    expect(palette.locator("[data-count]")).to_have_text(re.compile(r"^1 of \d+$"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Move to another phase")


def test_the_arrows_choose_and_escape_closes(visit: Visits) -> None:
    page = visit("mara", ROOM)
    opened(page)
    rows = page.locator("#palette").get_by_role("option")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    expect(rows.first).to_contain_text("Next, for you")
    page.keyboard.press("ArrowDown")
    second = rows.nth(1)
    expect(second).to_have_attribute("aria-current", "true")
    expect(second).to_have_attribute("aria-selected", "true")
    expect(rows.first).to_have_attribute("aria-selected", "false")
    name = second.get_attribute("id")
    assert name
    expect(field(page)).to_have_attribute("aria-activedescendant", name)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(rows.last).to_have_attribute("aria-current", "true")
    expect(rows.last).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    assert page.url.endswith(ROOM)


def test_a_note_is_written_right_in_it_and_added_to_what_was_begun(visit: Visits) -> None:
    page = visit("noor", ROOM)
    note = page.get_by_label("Note for the timeline")
    note.fill("Begun before.")
    opened(page, "Control+k")
    page.keyboard.type("note: keys are stale on four nodes")
    expect(chosen(page)).to_have_text("Note keys are stale on four nodes")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#palette")).to_be_hidden()
    expect(note).to_be_focused()
    expect(note).to_have_value("Begun before.\nkeys are stale on four nodes")
    page.reload()
    expect(note).to_have_value("Begun before.\nkeys are stale on four nodes")
    note.press("Control+Enter")
    expect(page.locator(".timeline-entries")).to_contain_text("keys are stale on four nodes")


def test_words_that_are_no_command_become_a_note_or_a_search(visit: Visits) -> None:
    page = visit("jonas", LANE)
    opened(page)
    page.keyboard.type("zebra crossing")
    expect(chosen(page)).to_have_text("Note zebra crossing")
    page.keyboard.press("Escape")
    opened(page)
    expect(field(page)).to_have_value("zebra crossing")
    page.keyboard.press("Enter")
    composer = page.locator("#note_text")
    expect(composer).to_be_focused()
    expect(composer).to_have_value("zebra crossing")
    composer.press("Escape")
    opened(page)
    page.keyboard.type("zebra crossing")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Timeline of INC-42")
    expect(page.get_by_label("Search", exact=True)).to_have_value("zebra crossing")


def test_the_rooms_own_search_is_a_row_of_it(visit: Visits) -> None:
    page = visit("mara", ROOM)
    opened(page)
    page.keyboard.type("token_signer_v2")
    page.get_by_role("option", name="Search the timeline for").click()
    search = page.get_by_label("Search", exact=True)
    expect(search).to_be_focused()
    expect(search).to_have_value("token_signer_v2")
    expect(page.locator(".timeline-entry", has_text="Feature-flag disable").first).to_be_visible()
    expect(page.locator(".timeline-entry", has_text="Declared")).to_have_count(0)
    page.keyboard.press("Escape")
    opened(page)
    page.keyboard.type("search")
    page.keyboard.press("Enter")
    expect(search).to_be_focused()
    assert page.url.endswith(ROOM)


def test_on_a_lane_a_command_keeps_its_key(visit: Visits) -> None:
    page = visit("mara", LANE)
    page.keyboard.press("s")
    expect(page.locator("h1")).to_have_text("Change severity")
    other = visit("noor", LANE)
    other.keyboard.press("s")
    other.keyboard.press("n")
    expect(other.locator("#note_text")).to_be_focused()
    assert other.url.endswith(LANE)


@pytest.mark.parametrize("path", [ROOM, LANE])
def test_who_may_not_command_is_offered_no_command(visit: Visits, path: str) -> None:
    page = visit("noor", path)
    palette = opened(page)
    expect(palette.get_by_role("option", name="Capture evidence")).to_be_visible()
    for word in ("severity", "phase", "freeze", "decide", "checkpoint"):
        field(page).fill(word)
        groups = page.locator("#palette").get_by_role("group", name="Do")
        expect(groups.get_by_role("option")).to_have_count(0)
    field(page).fill("")
    expect(palette.get_by_role("option", name="Offer a handoff")).to_have_count(0)


@pytest.mark.parametrize("path", [ROOM, LANE])
def test_by_touch(visit: Visits, path: str) -> None:
    page = visit("priya", path, viewport=PHONE, has_touch=True)
    page.get_by_role("button", name="Quick entry").last.tap()
    palette = page.locator("#palette")
    expect(palette).to_be_visible()
    palette.get_by_role("button", name="Close").tap()
    expect(palette).to_be_hidden()
    page.get_by_role("button", name="Quick entry").first.tap()
    palette.get_by_role("option", name="State a hypothesis").tap()
    expect(page.locator("h1")).to_contain_text("Hypotheses")


@pytest.mark.parametrize(("who", "path"), [("mara", ROOM), ("priya", LANE), ("noor", "/")])
def test_open_it_is_readable_by_all(visit: Visits, who: str, path: str) -> None:
    page = visit(who, path)
    opened(page)
    page.keyboard.type("re")
    expect(page.locator("[data-found-state]")).to_have_text(re.compile("found"))
    assert problems(page, "#palette") == []
    page.get_by_text("All shortcuts").click()
    assert problems(page, "#palette") == []


def test_with_single_keys_off_ctrl_k_opens_it_still(visit: Visits, world: World) -> None:
    with world.without_single_keys("tomas"):
        page = visit("tomas", ROOM)
    page.keyboard.press("/")
    expect(page.locator("#palette")).to_be_hidden()
    opened(page, "Control+k")
    page.keyboard.type("as of a time")
    page.keyboard.press("Enter")
    expect(page.locator("#past")).to_be_visible()


def test_it_finds_what_the_record_has_from_any_page(visit: Visits, world: World) -> None:
    """In an incident of its own: what is older than the newest 30 is found by title and number."""
    incident = world.declare()
    capture_evidence(incident, world.people["mara"], clock.now())
    world.note("mara", incident, "The switch token_signer_v9 was off before")
    page = visit("noor", "/settings/")
    palette = opened(page, "Control+k")
    state = palette.locator("[data-found-state]")
    page.keyboard.type("E-1")
    expect(state).to_have_text(re.compile(r"^\d+ found$"))
    expect(chosen(page)).to_have_attribute("href", re.compile(r"/INC-\d+/evidence/E-1/$"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/INC-\d+/evidence/E-1/$"))

    opened(page, "Control+k")
    page.keyboard.type("token_signer_v2")
    expect(
        palette.get_by_role("group", name="In the record").get_by_role("option")
    ).not_to_have_count(0)
    expect(palette.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    field(page).fill("zebra")
    expect(state).to_have_text("Nothing else is found.")
    page.route("**/find/?*", lambda route: route.fulfill(status=429))
    field(page).fill("zebras")
    expect(state).to_have_text("The search does not answer. Type on to try again.")
    field(page).fill("")
    expect(state).to_be_hidden()


def test_a_stakeholder_goes_to_what_they_may_see(visit: Visits) -> None:
    page = visit("lena", "/")
    palette = opened(page)
    page.keyboard.type("token")
    expect(palette.locator("[data-found-state]")).to_have_text("Nothing else is found.")
    expect(palette.get_by_role("option")).to_have_count(0)
    field(page).fill("status")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/status/internal/$"))


def test_without_script_its_rows_are_links(visit: Visits) -> None:
    page = visit("mara", ROOM, java_script_enabled=False)
    page.get_by_role("button", name="Quick entry").first.click()
    page.locator("#palette").get_by_role("link", name="Schedule a checkpoint").click()
    expect(page.locator("h1")).to_have_text("Schedule a checkpoint")

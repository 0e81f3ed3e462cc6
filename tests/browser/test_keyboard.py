"""Without a mouse, and without script: the same work, a little longer."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from incidents.models import Decision
from tests.browser.conftest import PHONE, Visits
from tests.browser.test_live import fill, ready
from tests.browser.test_scenarios import capture, decide, declare, fill_in, staff
from tests.browser.world import World


def press_until(page: Page, key: str, wanted: Locator) -> None:
    """Press a key until this element has the focus."""
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {wanted}")


def tab_to(page: Page, label: str) -> None:
    press_until(page, "Tab", page.get_by_label(label).first)


def test_the_first_stop_skips_to_what_is_next(visit: Visits) -> None:
    page = visit("mara", "/INC-42/")
    expect(page.locator(".connection")).to_contain_text("Live")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the next thing to do")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#next").locator(":focus")).to_have_count(1)


def test_declaring_noting_and_capturing_by_keys_alone(visit: Visits) -> None:
    page = visit("mara", "/")
    press = page.keyboard.press
    press("c")
    expect(page.get_by_label("What is wrong?")).to_be_focused()
    page.keyboard.type("Nothing but keys")
    press("Tab")
    press("Space")
    press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Nothing but keys")
    expect(page.locator(".connection")).to_contain_text("Live")

    press("n")
    expect(page.get_by_label("Note for the timeline")).to_be_focused()
    page.keyboard.type("Typed without a mouse: n, e, c and d are letters here")
    press("Control+Enter")
    expect(page.locator(".timeline-entries")).to_contain_text("n, e, c and d are letters here")
    press("Escape")

    press("e")
    expect(page.get_by_role("heading", name="Capture evidence")).to_be_visible()
    tab_to(page, "Command line")
    page.keyboard.type("uptime")
    tab_to(page, "Output or text")
    page.keyboard.type("up 3 days")
    press("Control+Enter")
    expect(page.locator(".timeline-entries")).to_contain_text("uptime")


def test_setting_up_and_acting_first_by_keys_alone(visit: Visits) -> None:
    """Some seconds: each page is walked to its end."""
    page = visit("mara", "/")
    press, write = page.keyboard.press, page.keyboard.type
    press("c")
    expect(page.get_by_label("What is wrong?")).to_be_focused()
    write("Set up with keys alone")
    press("Tab")
    press("Space")
    press_until(page, "Tab", page.get_by_role("button", name="Then set it up"))
    press("Enter")
    expect(page.locator("h1")).to_have_text("Set up in one go")
    expect(page.locator("main textarea").first).to_be_focused()
    write("401 unknown key id")
    tab_to(page, "Investigation")
    write("Priya")
    press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Set up with keys alone")
    expect(page.locator("#lanes")).to_contain_text("Priya Raman")

    press("a")
    expect(page.get_by_label("What is done")).to_be_focused()
    write("new_keys off in eu-west")
    press("Tab")
    press_until(page, "ArrowDown", page.get_by_role("radio", name="Feature-flag disable"))
    press("Space")
    press("Control+Enter")
    expect(page.locator("#panel-deciding")).to_contain_text("owed")


def test_keeping_course_by_keys_alone(visit: Visits, world: World) -> None:
    """Some seconds: there has to be a decision whose course is kept."""
    page = visit("mara", "/")
    incident = declare(page, "auth-token-failure", "Auth token failure after release")
    staff(world, incident)
    page.goto(f"{incident.get_absolute_url()}decide/")
    fill_in(page, "Feature-flag disable")
    decide(page, incident)
    page.goto(f"{incident.get_absolute_url()}evidence/new/")
    capture(page, "curl -s https://id/health", "401 in 2 of 40")
    expect(page.locator("h1")).not_to_contain_text("Capture")

    press, write = page.keyboard.press, page.keyboard.type
    press("Control+k")
    write("Keep course")
    press("Enter")
    expect(page.get_by_label("What did you look at?")).to_be_focused()
    write("Errors fall by a tenth each minute")
    press_until(page, "Tab", page.get_by_label("Next checkpoint", exact=True))
    write("+25")
    press("Control+Enter")
    expect(page.locator(".timeline-entries")).to_contain_text("Errors fall by a tenth")


def test_the_next_thing_is_one_key_away(visit: Visits) -> None:
    page = visit("mara", "/INC-42/")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Decision at checkpoint CP-2")).to_be_visible()
    # Wherever the focus is: the page is for this form.
    page.locator("h1").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#refusal")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "#id_" in page.url


def test_the_keys_are_listed_and_lead_to_the_lanes(visit: Visits) -> None:
    page = visit("mara", "/INC-42/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("c")
    assert page.url.endswith("/INC-42/")
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.keyboard.press("2")
    expect(page.locator("h1")).to_have_text("Mitigation")
    page.keyboard.press("4")
    expect(page.locator("h1")).to_have_text("Verification")


def test_a_command_keeps_its_key_while_its_menu_is_folded(visit: Visits) -> None:
    page = visit("mara", "/INC-42/")
    page.keyboard.press("s")
    expect(page.locator("h1")).to_have_text("Change severity")
    other = visit("noor", "/INC-42/")
    other.keyboard.press("s")
    other.keyboard.press("n")
    expect(other.get_by_label("Note for the timeline")).to_be_focused()
    assert other.url.endswith("/INC-42/")


def test_letters_in_a_field_are_letters(visit: Visits) -> None:
    page = visit("mara", "/INC-42/")
    note = page.get_by_label("Note for the timeline")
    note.focus()
    page.keyboard.type("dnecs124?")
    expect(note).to_have_value("dnecs124?")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    entry = page.get_by_role("combobox", name="Quick entry")
    expect(entry).to_be_focused()
    page.keyboard.type("c/")
    expect(entry).to_have_value("c/")
    assert page.url.endswith("/INC-42/")


def test_on_the_page_of_the_timeline_the_slash_is_its_search(visit: Visits) -> None:
    page = visit("mara", "/INC-42/timeline/")
    page.keyboard.press("/")
    search = page.get_by_label("Search", exact=True)
    expect(search).to_be_focused()
    page.keyboard.type("c")
    expect(search).to_have_value("c")


def test_single_keys_can_be_switched_off(visit: Visits, world: World) -> None:
    with world.without_single_keys("aisha"):
        page = visit("aisha", "/INC-42/")
    page.keyboard.press("c")
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    expect(page.get_by_label("Note for the timeline")).not_to_be_focused()
    page.get_by_label("Note for the timeline").fill("Sent with Ctrl and Enter all the same")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".timeline-entries")).to_contain_text("Sent with Ctrl and Enter")
    assert page.url.endswith("/INC-42/")


def bare(visit: Visits, who: str, path: str, **options: Any) -> Page:
    return visit(who, path, java_script_enabled=False, **options)


def test_without_script_one_can_declare_note_and_capture(visit: Visits) -> None:
    page = bare(visit, "mara", "/declare/", viewport=PHONE)
    page.get_by_label("What is wrong?").fill("No script here")
    page.get_by_label("SEV-2").check()
    page.get_by_role("button", name="Declare").click()
    expect(page.locator("h1")).to_have_text("No script here")
    page.get_by_role("link", name="Timeline", exact=True).click()
    page.get_by_label("Note for the timeline").fill("A plain form does")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".timeline-entries")).to_contain_text("A plain form does")
    page.locator("#timeline").get_by_role("link", name="Evidence").click()
    page.get_by_label("Command line").fill("uptime")
    page.get_by_label("Output or text").fill("up 3 days")
    page.get_by_role("button", name="Capture").click()
    expect(page.locator(".timeline-entries")).to_contain_text("uptime")


def test_without_script_one_can_decide(visit: Visits, world: World) -> None:
    incident, fields = ready(world)
    page = bare(visit, "mara", f"/INC-{incident.pk}/CP-1/")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("#refusal")).to_be_visible()
    fill(page, fields)
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("#panel-deciding")).to_contain_text("Current decision D-1")
    assert Decision.objects.filter(incident=incident).count() == 1

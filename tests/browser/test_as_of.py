"""Looking back: by keys, by scrubbing, and without script."""

from playwright.sync_api import Page, expect

from kernel import clock
from tests.browser.conftest import Visits
from tests.browser.world import World
from warroom.demo.story import AGE

ROOM = "/INC-42/"


def words(page: Page) -> str:
    return page.locator("#past-words").inner_text()


def test_scrubbing_by_keys_alone(visit: Visits, world: World) -> None:
    page = visit("mara", ROOM)
    # However long the tests before it took.
    with clock.at(world.incident.declared_at + AGE):
        scrub(page)


def scrub(page: Page) -> None:
    page.keyboard.press("t")
    slider = page.get_by_role("slider", name="Minutes since declared")
    expect(page).to_have_title("INC-42 as of T+00:37 (past) · Warroom")
    expect(page.locator("#panel-deciding")).to_contain_text("Contradiction X-1")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#past-words")).to_contain_text("before anything was decided")
    expect(page.locator("#panel-deciding")).to_contain_text("Nothing is decided yet")
    expect(page.locator("#panel-bar")).to_contain_text("T+00:00:00")
    expect(slider).to_be_focused()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#past-title")).to_contain_text("The past: T+00:20")
    expect(page.locator("#past-words")).to_contain_text("after: Decision D-1")
    expect(page.locator("#panel-deciding")).to_contain_text("Current decision D-1")
    expect(slider).to_have_attribute("aria-valuetext", words(page).strip())
    assert page.url.endswith("/INC-42/as-of/?t=20")
    expect(page.locator("#main").locator("button, form, input")).to_have_count(0)
    slider.blur()
    page.keyboard.press("t")
    expect(page).to_have_url(page.url.split("as-of")[0])


def test_a_moment_that_stands_out_is_one_press_away(visit: Visits) -> None:
    page = visit("mara", f"{ROOM}as-of/?t=20")
    page.get_by_role("link", name="On to").click()
    expect(page.locator("#past-words")).to_contain_text("just after")
    expect(page.locator("#past-words time")).to_have_attribute("data-local", "")
    after = words(page)
    page.get_by_role("link", name="Back to T").click()
    expect(page.locator("#past-words")).not_to_have_text(after)
    page.get_by_role("link", name="On to").click()
    expect(page.locator("#past-words")).to_have_text(after)


def test_the_past_without_script(visit: Visits) -> None:
    page = visit("mara", f"{ROOM}as-of/", java_script_enabled=False)
    page.get_by_label("Or a time").fill("20:30")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#panel-bar")).to_contain_text("T+00:20:30")
    page.get_by_role("slider").press("ArrowRight")
    page.get_by_role("button", name="Show this minute").click()
    expect(page.locator("#panel-bar")).to_contain_text("T+00:21:00")
    page.get_by_role("link", name="Back to now").click()
    expect(page.locator("#timeline-title")).to_have_text("Timeline")

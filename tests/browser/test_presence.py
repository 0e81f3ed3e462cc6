"""Two browsers at two servers: each sees who else is in the room, on which lane, and who left."""

from playwright.sync_api import Page, expect

from incidents.models import Incident
from tests.browser.accessibility import problems
from tests.browser.conftest import PHONE, Visits
from tests.browser.test_live import BACK, Line, live
from tests.browser.world import World
from tests.helpers.live_app import serving

TRUE_WITHIN = 10_000


def here(page: Page) -> list[str]:
    return page.locator("#presence li").all_inner_texts()


def shows(page: Page, *people: str) -> None:
    expect(page.locator("#presence li")).to_have_text(list(people), timeout=TRUE_WITHIN)


def test_each_sees_the_other_come_move_and_go(visit: Visits, world: World) -> None:
    incident = world.declare()
    room = incident.get_absolute_url()
    mara = live(visit("mara"), incident)
    shows(mara, "Mara Lindqvist")

    with serving() as other:
        ken = visit("ken", other.url + room)
        shows(ken, "Ken Ito", "Mara Lindqvist")
        shows(mara, "Ken Ito", "Mara Lindqvist")

        ken.goto(f"{other.url}{room}lanes/mitigation/")
        shows(mara, "Ken Ito on Mitigation", "Mara Lindqvist")
        shows(ken, "Ken Ito on Mitigation", "Mara Lindqvist")
        tab = ken.context.new_page()
        tab.goto(other.url + room)
        shows(tab, "Ken Ito on Mitigation", "Mara Lindqvist")
        assert problems(ken, "#presence") == []

        ken.context.close()
        shows(mara, "Mara Lindqvist")
    assert said_to_nobody(mara)
    assert problems(mara, "#presence") == []


def said_to_nobody(page: Page) -> bool:
    """Nothing was read out, and nothing is on the record."""
    regions = page.locator("#announce-politely, #announce-now").all_inner_texts()
    return not any(regions) and "Ken Ito" not in page.locator("#timeline").inner_text()


def test_it_is_not_shown_while_the_line_is_cut_and_comes_by_polling(
    visit: Visits, world: World
) -> None:
    incident: Incident = world.declare()
    page = visit("ken", viewport=PHONE)
    line = Line(page)
    live(page, incident)
    shows(page, "Ken Ito")

    page.context.set_offline(True)
    line.cut()
    expect(page.locator(".connection")).to_contain_text("Reconnecting")
    assert here(page) == []

    page.context.set_offline(False)
    expect(page.locator(".connection")).to_contain_text("Polling", timeout=BACK)
    shows(page, "Ken Ito")

"""Every page, in light and dark, on a desk and on a phone: readable by all, and nothing broken."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visits
from tests.browser.world import World

WIDTHS = (DESK, PHONE)
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

ROOM = "/INC-42/"
COMMANDS = (
    "severity",
    "phase",
    "roles",
    "people",
    "channel",
    "revision",
    "rollback",
    "surfaces",
    "freezes",
    "checkpoints",
    "notes",
)


def judge(page: Page, only: dict[str, object]) -> list[str]:
    options = {"runOnly": only, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{page.viewport_size['width']} px, {broken['id']}: {node['target']} {node['html'][:160]} "
        f"{node['failureSummary']}"
        for broken in found
        for node in broken["nodes"]
    ]


def problems(page: Page) -> list[str]:
    """What is wrong with the page that is shown, at both widths and in both themes."""
    found = []
    for size in WIDTHS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        found += judge(page, RULES)
        # Only colours differ between the themes.
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {problem}" for problem in judge(page, COLOURS)]
        wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        found += [f"{size['width']} px: {wide} px too wide"] if wide > 0 else []
    if (heads := page.locator("h1").count()) != 1:
        found.append(f"{heads} first headings")
    return found


def menus(page: Page) -> None:
    page.locator(".app-side details").last.locator("summary").click()


def command_menu(page: Page) -> None:
    page.get_by_role("button", name="Command").click()


def shortcuts(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()


def refused(page: Page) -> None:
    page.locator("main form .button-primary").first.click()
    expect(page.locator("#refusal")).to_be_visible()


def more(page: Page) -> None:
    page.locator("details.more summary").click()


def picked(page: Page) -> None:
    page.get_by_label("Billing").check()


def link_kind(page: Page) -> None:
    page.get_by_label("Link", exact=True).check()


type Step = Callable[[Page], None]

PAGES: dict[str, tuple[str, str, int, Step | None]] = {
    "sign in": ("", "/accounts/login/", 200, None),
    "password forgotten": ("", "/accounts/password/reset/", 200, None),
    "sign out": ("mara", "/accounts/logout/", 200, None),
    "password change": ("mara", "/accounts/password/change/", 200, None),
    "home": ("mara", "/", 200, None),
    "home, account menu": ("mara", "/", 200, menus),
    "home of a stakeholder": ("lena", "/", 200, None),
    "incidents": ("mara", "/incidents/", 200, None),
    "declare": ("mara", "/declare/", 200, None),
    "declare, more": ("mara", "/declare/", 200, more),
    "declare, a surface": ("mara", "/declare/", 200, picked),
    "declare, a scenario": ("mara", "/declare/?scenario=permission-leak", 200, None),
    "declare, refused": ("mara", "/declare/", 200, refused),
    "room of its commander": ("mara", ROOM, 200, None),
    "room, command menu": ("mara", ROOM, 200, command_menu),
    "room, keys": ("mara", ROOM, 200, shortcuts),
    "room of a responder": ("noor", ROOM, 200, None),
    "timeline": ("mara", f"{ROOM}timeline/", 200, None),
    "timeline, nothing found": ("mara", f"{ROOM}timeline/?q=nowhere", 200, None),
    "lane": ("priya", f"{ROOM}lanes/investigation/", 200, None),
    "lane of another": ("noor", f"{ROOM}lanes/communication/", 200, None),
    "capture": ("priya", f"{ROOM}evidence/new/", 200, None),
    "capture a link": ("priya", f"{ROOM}evidence/new/", 200, link_kind),
    "capture, refused": ("priya", f"{ROOM}evidence/new/", 200, refused),
    "evidence": ("priya", f"{ROOM}evidence/", 200, None),
    "evidence of no kind": ("priya", f"{ROOM}evidence/?kind=link", 200, None),
    "evidence item": ("priya", f"{ROOM}evidence/E-3/", 200, None),
    "decide": ("mara", f"{ROOM}CP-2/", 200, None),
    "decide, refused": ("mara", f"{ROOM}CP-2/", 200, refused),
    "decision": ("mara", f"{ROOM}D-1/", 200, None),
    "not permitted": ("lena", ROOM, 403, None),
    "not found": ("mara", "/INC-7/", 404, None),
    **{name: ("mara", f"{ROOM}{name}/", 200, None) for name in COMMANDS},
    "severity, refused": ("mara", f"{ROOM}severity/", 200, refused),
}


@pytest.mark.parametrize("name", PAGES)
def test_page(visit: Visits, name: str) -> None:
    who, path, status, step = PAGES[name]
    page = visit(who)
    answer = page.goto(path)
    assert answer is not None and answer.status == status
    if step is not None:
        step(page)
    assert problems(page) == []


def test_page_after_the_session_ended(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Declare").click()
    expect(page.get_by_role("heading", name="Your session ended")).to_be_visible()
    assert problems(page) == []


def test_first_pages_of_an_incident(visit: Visits, world: World) -> None:
    """Nothing is there yet: no owner, evidence, checkpoint or note."""
    incident = world.declare(restricted=True)
    page = visit("mara")
    found = {}
    for path in ("", "lanes/mitigation/", "evidence/", "checkpoints/"):
        page.goto(f"/INC-{incident.pk}/{path}")
        found[path] = problems(page)
    page.get_by_role("button", name="Schedule a checkpoint").click()
    page.goto(f"/INC-{incident.pk}/CP-1/")
    found["first decision"] = problems(page)
    assert not any(found.values()), found

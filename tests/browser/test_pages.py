"""Every page, in light and dark, on a desk and on a phone: readable by all, and nothing broken."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from playwright.sync_api import Browser, Page, expect

from comms.actions import maintenance
from comms.actions.maintenance import MaintenanceInput
from kernel import clock
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from tests.browser.accessibility import NARROW, problems
from tests.browser.conftest import DESK, PHONE, Visits
from tests.browser.test_live import BACK
from tests.browser.world import World
from tests.helpers.decision_inputs import ROLLBACK_CHECK, capture_evidence
from tests.helpers.tiers import in_tier
from warroom import demo

ROOM = "/INC-42/"
CLAIMED = "{claimed}"
"""In the place of the address of an item that somebody claims to be a check."""
COMMANDS = (
    "severity",
    "phase",
    "roles",
    "people",
    "channel",
    "times",
    "revision",
    "rollback",
    "surfaces",
    "freezes",
    "checkpoints",
    "scenario",
    "notes",
)


type Step = Callable[[Page], str | None]
"""Does something on the page; names the part that it is about, if that is not the whole page."""


def account_menu(page: Page) -> str:
    page.locator(".app-side details").last.locator("summary").click()
    return ".app-side"


def command_menu(page: Page) -> str:
    page.get_by_role("button", name="Command").click()
    return "#command-menu"


def unmitigated(page: Page) -> str:
    page.get_by_role("radio", name="Recovered without mitigation").check()
    return "#closing"


def shortcuts(page: Page) -> str:
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    return "#shortcuts"


def refused(page: Page) -> None:
    page.locator("main form .button-primary").first.click()
    expect(page.locator("#refusal")).to_be_visible()


def closing_refused(page: Page) -> None:
    page.get_by_role("button", name="Close INC").click()
    expect(page.locator("#refusal")).to_be_visible()


def notices_refused(page: Page) -> None:
    page.get_by_label("To a chat or paging service").fill("slack://x")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#refusal")).to_be_visible()


def update_refused(page: Page) -> None:
    page.locator("#id_headline").fill("SEV-1 for Sign-in")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#refusal")).to_be_visible()


def more(page: Page) -> str:
    page.locator("details.more summary").click()
    return "details.more"


def picked(page: Page) -> str:
    page.get_by_role("checkbox", name="Billing").check()
    return ".picks"


def unfolded(page: Page) -> str:
    page.locator("main details").evaluate_all("all => all.forEach((one) => { one.open = true })")
    return "main"


def prechecks(page: Page) -> str:
    page.locator("[data-tab=ready]").click()
    page.get_by_text("Precheck commands", exact=True).click()
    return "#standing"


def link_kind(page: Page) -> str:
    page.get_by_role("radio", name="Link").check()
    return "form.capture"


def claimed(page: Page) -> str:
    expect(page.get_by_role("button", name="Confirm: ")).to_be_visible()
    return "main"


PAGES: dict[str, tuple[str, str, int, Step | None]] = {
    "sign in": ("", "/accounts/login/", 200, None),
    "password forgotten": ("", "/accounts/password/reset/", 200, None),
    "first admin, spent link": ("", "/accounts/first-admin/spent/", 404, None),
    "sign out": ("mara", "/accounts/logout/", 200, None),
    "password change": ("mara", "/accounts/password/change/", 200, None),
    "settings": ("mara", "/settings/", 200, None),
    "notices": ("mara", "/settings/notices/", 200, None),
    "notices, refused": ("mara", "/settings/notices/", 200, notices_refused),
    "tokens": ("priya", "/settings/tokens/?whose=all", 200, unfolded),
    "tokens, an agent": ("priya", "/settings/tokens/?kind=agent&incident=42", 200, unfolded),
    "tokens, refused": ("priya", "/settings/tokens/", 200, refused),
    "home": ("mara", "/", 200, None),
    "home, account menu": ("mara", "/", 200, account_menu),
    "home of a stakeholder": ("lena", "/", 200, None),
    "home of an owner": ("aisha", "/", 200, lambda page: "main"),
    "incidents": ("mara", "/incidents/", 200, None),
    "find": ("mara", "/find/?q=token", 200, lambda page: "main"),
    "declare": ("mara", "/declare/", 200, None),
    "declare, more": ("mara", "/declare/", 200, more),
    "declare, a surface": ("mara", "/declare/", 200, picked),
    "declare, filled in": ("mara", "/declare/?scenario=permission-leak", 200, None),
    "declare, refused": ("mara", "/declare/", 200, refused),
    "set up": ("mara", f"{ROOM}setup/", 200, None),
    "set up, refused": ("mara", f"{ROOM}setup/", 200, refused),
    "correct an entry": ("mara", f"{ROOM}timeline/2/correct/", 200, lambda page: "main"),
    "room": ("mara", ROOM, 200, None),
    "room, command menu": ("mara", ROOM, 200, command_menu),
    "room, keys": ("mara", ROOM, 200, shortcuts),
    "room of a responder": ("noor", ROOM, 200, lambda page: "main > :not(#timeline)"),
    "room as of a time": ("mara", f"{ROOM}as-of/?t=20", 200, None),
    "room as of no time": ("mara", f"{ROOM}as-of/?t=soon", 200, None),
    "timeline": ("mara", f"{ROOM}timeline/", 200, None),
    "timeline, nothing found": ("mara", f"{ROOM}timeline/?q=nowhere", 200, lambda page: "main"),
    "lane": ("priya", f"{ROOM}lanes/investigation/", 200, None),
    "lane, changing it": ("priya", f"{ROOM}lanes/investigation/", 200, unfolded),
    "lane of mitigation": ("jonas", f"{ROOM}lanes/mitigation/", 200, unfolded),
    "lane of verification": ("ken", f"{ROOM}lanes/verification/", 200, lambda page: "main"),
    "owners": ("mara", f"{ROOM}owners/", 200, lambda page: "main"),
    "handoff": ("noor", f"{ROOM}HO-1/", 200, None),
    "handoff of the giver": ("aisha", f"{ROOM}HO-1/", 200, lambda page: "main"),
    "hand over": ("jonas", f"{ROOM}handoff/", 200, None),
    "hand over, refused": ("jonas", f"{ROOM}handoff/", 200, refused),
    "hand over command": ("mara", f"{ROOM}handoff/?lane=command", 200, lambda page: "main"),
    "unknowns": ("priya", f"{ROOM}lanes/investigation/unknowns/", 200, lambda page: "main"),
    "unknowns, refused": ("priya", f"{ROOM}lanes/investigation/unknowns/", 200, refused),
    "an unknown": ("priya", f"{ROOM}lanes/investigation/U-3/", 200, lambda page: "main"),
    "an unknown, refused": ("priya", f"{ROOM}lanes/investigation/U-3/", 200, refused),
    "an unknown, resolved": ("noor", f"{ROOM}lanes/mitigation/U-1/", 200, lambda page: "main"),
    "hypotheses": ("priya", f"{ROOM}hypotheses/", 200, lambda page: "main"),
    "a hypothesis": ("priya", f"{ROOM}H-3/?verdict=confirmed", 200, lambda page: "main"),
    "a hypothesis, refused": ("priya", f"{ROOM}H-3/", 200, refused),
    "a hypothesis, decided": ("noor", f"{ROOM}H-1/", 200, lambda page: "main"),
    "lane of another": ("noor", f"{ROOM}lanes/communication/", 200, lambda page: "main"),
    "update": ("aisha", f"{ROOM}update/", 200, None),
    "update, refused": ("mara", f"{ROOM}update/", 200, update_refused),
    "escalation": ("aisha", f"{ROOM}escalation/", 200, lambda page: "main"),
    "escalation, refused": ("aisha", f"{ROOM}escalation/", 200, refused),
    "leadership note": ("aisha", f"{ROOM}leadership/", 200, lambda page: "main"),
    "leadership note, refused": ("aisha", f"{ROOM}leadership/", 200, refused),
    "a correction": ("aisha", f"{ROOM}update/?corrects=1", 200, lambda page: "main"),
    "what was said": ("noor", f"{ROOM}updates/1/", 200, lambda page: "main"),
    "what was asked": ("aisha", f"{ROOM}escalations/1/", 200, lambda page: "main"),
    "lane of communication": ("aisha", f"{ROOM}lanes/communication/", 200, unfolded),
    "recommend to a lane": ("noor", f"{ROOM}propose/", 200, lambda page: "main"),
    "what goes together": ("jonas", f"{ROOM}together/", 200, None),
    "capture": ("priya", f"{ROOM}evidence/new/", 200, None),
    "capture, a link": ("priya", f"{ROOM}evidence/new/", 200, link_kind),
    "capture, refused": ("priya", f"{ROOM}evidence/new/", 200, refused),
    "evidence": ("priya", f"{ROOM}evidence/", 200, None),
    "evidence of no kind": ("priya", f"{ROOM}evidence/?kind=link", 200, lambda page: "main"),
    "evidence item": ("priya", f"{ROOM}evidence/E-3/", 200, None),
    "evidence, what it serves as": (
        "priya",
        f"{ROOM}evidence/E-4/serves/",
        200,
        lambda page: "main",
    ),
    "evidence, a claim to confirm": ("mara", CLAIMED, 200, claimed),
    "a claim to confirm": ("mara", f"{CLAIMED}confirm/", 200, lambda page: "main"),
    "decide": ("mara", f"{ROOM}CP-2/", 200, None),
    "decide, refused": ("mara", f"{ROOM}CP-2/", 200, refused),
    "decision": ("mara", f"{ROOM}D-1/", 200, None),
    "who executes": ("mara", f"{ROOM}D-1/executor/", 200, lambda page: "main"),
    "verification": ("noor", f"{ROOM}D-1/verify/", 200, lambda page: "main"),
    "risks": ("noor", f"{ROOM}risks/", 200, None),
    "risks, refused": ("noor", f"{ROOM}risks/", 200, refused),
    "owner of a risk": ("noor", f"{ROOM}RISK-3/owner/", 200, lambda page: "main"),
    "end of a risk": ("noor", f"{ROOM}RISK-3/retire/", 200, lambda page: "main"),
    "closure gate": ("mara", f"{ROOM}gate/", 200, None),
    "closure gate, without mitigation": ("mara", f"{ROOM}gate/", 200, unmitigated),
    "closure gate, refused": ("mara", f"{ROOM}gate/", 200, closing_refused),
    "closure gate of a responder": ("noor", f"{ROOM}gate/", 200, lambda page: "main"),
    "watch": ("mara", f"{ROOM}watch/", 200, lambda page: "main"),
    "watch, firing": ("mara", f"{ROOM}watch/fire/", 200, lambda page: "main"),
    "reopening": ("mara", f"{ROOM}reopen/", 200, lambda page: "main"),
    "declared in error, refused": ("mara", f"{ROOM}void/", 200, refused),
    "declared in error": ("mara", f"{ROOM}take-back/", 200, lambda page: "main"),
    "numbers": ("mara", "/numbers/", 200, None),
    "numbers by severity": ("mara", "/numbers/?by=severity", 200, lambda page: "main"),
    "review and retro": ("mara", f"{ROOM}retro/", 200, lambda page: "main"),
    "backlog of an incident": ("noor", f"{ROOM}backlog/", 200, None),
    "backlog of an incident, refused": ("noor", f"{ROOM}backlog/", 200, refused),
    "backlog": ("mara", "/backlog/", 200, None),
    "backlog, nothing found": ("mara", "/backlog/?q=nowhere", 200, lambda page: "main"),
    "branches": ("jonas", f"{ROOM}branches/", 200, None),
    "branches, refused": ("jonas", f"{ROOM}branches/", 200, refused),
    "owner of a branch": ("jonas", f"{ROOM}B-1/owner/", 200, lambda page: "main"),
    "end of a branch": ("jonas", f"{ROOM}B-1/end/", 200, lambda page: "main"),
    "freezes": ("mara", "/freezes/", 200, None),
    "a surface": ("mara", "/surfaces/sign-in/", 200, None),
    "a freeze to keep": (
        "mara",
        f"{ROOM}freezes/?change=keep&surface=sign-in",
        200,
        lambda page: "main",
    ),
    "maintenance": ("admin", "/maintenance/", 200, None),
    "maintenance to plan": ("admin", "/maintenance/new/", 200, lambda page: "main"),
    "maintenance, refused": ("admin", "/maintenance/new/", 200, refused),
    "subscribers": ("admin", "/subscribers/", 200, None),
    "status for stakeholders": ("lena", "/status/internal/", 200, None),
    "restriction": ("mara", f"{ROOM}restriction/", 200, lambda page: "main"),
    "special rules": ("mara", f"{ROOM}rules/", 200, lambda page: "main"),
    "special rules, refused": ("mara", f"{ROOM}rules/", 200, refused),
    "operations": ("admin", "/operations/", 200, None),
    "subscriber to add": ("admin", "/subscribers/new/", 200, lambda page: "main"),
    "subscriber, refused": ("admin", "/subscribers/new/", 200, refused),
    "room, prechecks": ("mara", ROOM, 200, prechecks),
    "what stands": ("mara", f"{ROOM}standing/scenario/", 200, None),
    "what stands, owners": ("noor", f"{ROOM}standing/owners/", 200, lambda page: "main"),
    "not permitted": ("lena", ROOM, 403, None),
    "not found": ("mara", "/INC-7/", 404, None),
    **{name: ("mara", f"{ROOM}{name}/", 200, lambda page: "main") for name in COMMANDS},
    "act first": ("mara", f"{ROOM}act/", 200, lambda page: "main"),
    "act first, refused": ("mara", f"{ROOM}act/", 200, refused),
    "keep course": ("mara", f"{ROOM}CP-2/keep/", 200, lambda page: "main"),
    "keep course, refused": ("mara", f"{ROOM}CP-2/keep/", 200, refused),
    "checkpoint to move": ("mara", f"{ROOM}CP-2/move/", 200, lambda page: "main"),
    "checkpoint to cancel": ("mara", f"{ROOM}CP-2/cancel/", 200, lambda page: "main"),
    "take command": ("tomas", f"{ROOM}command/", 200, lambda page: "main"),
    "take part": ("noor", f"{ROOM}join/", 200, lambda page: "main"),
    "lane to claim": ("noor", f"{ROOM}lanes/mitigation/claim/", 200, lambda page: "main"),
    "severity, refused": ("mara", f"{ROOM}severity/", 200, refused),
}


READ_FIRST = re.compile(
    r"/(lanes/\w+|watch|gate|retro|package|D-\d+|HO-\d+|evidence/E-\d+(/serves)?|backfill)?/$"
)
"""The ends of addresses of pages with a form that open at their top, for they are read first."""

FIELDS_AND_FOCUS = """() => {
  const form = document.querySelector("main form[method=post]:not([data-composer])");
  const fields = [...(form?.querySelectorAll("input:not([type=hidden]),textarea,select") ?? [])];
  const first = fields.find((field) => field.checkVisibility());
  return [first?.name ?? "", document.activeElement.name ?? ""];
}"""


def opens_in_first_field(page: Page, path: str) -> list[str]:
    """Nothing, unless a page for one form opened elsewhere."""
    first, focused = page.evaluate(FIELDS_AND_FOCUS)
    if not first or first == focused or "/INC-" not in path or READ_FIRST.search(path):
        return []
    return [f"opens in {focused or 'no field'}, not in {first}"]


@pytest.fixture(scope="module")
def visits(world: World, chromium: Browser) -> Iterator[Visits]:
    """One visitor for each person, so that style and script are not fetched for every page."""
    visits = Visits(world, chromium)
    yield visits
    visits.close()


@pytest.fixture(scope="module")
def tab_of(visits: Visits) -> Callable[[str], Page]:
    return cache(visits)


@pytest.fixture(scope="module")
def claim(world: World) -> str:
    """The address of a rollback check by somebody who owns no lane, in an incident of its own."""
    incident = world.declare()
    item = replace(ROLLBACK_CHECK, command="undo --everything --dry-run")
    return capture_evidence(incident, world.people["noor"], clock.now(), item).get_absolute_url()


@pytest.mark.case("P6")
@pytest.mark.parametrize("name", PAGES)
def test_page(
    db: None, visits: Visits, tab_of: Callable[[str], Page], claim: str, name: str
) -> None:
    who, path, status, step = PAGES[name]
    path = path.format(claimed=claim)
    visits.faults.clear()
    page = tab_of(who)
    page.set_viewport_size(DESK)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status
    misplaced = opens_in_first_field(page, path)
    part = step(page) if step is not None else None
    assert problems(page, part or "html", NARROW) + visits.faults + misplaced == []


WIDTHS = in_tier(
    test=(360, 768, 1024, 1366, 1920),
    prove=(360, 390, 768, 1024, 1280, 1366, 1440, 1536, 1680, 1920),
)
ROLES = {
    "commander": "mara",
    "owner of investigation": "priya",
    "owner of mitigation": "jonas",
    "owner of communication": "aisha",
    "owner of verification": "ken",
    "responder": "noor",
    "admin": "admin",
}


@pytest.mark.parametrize("who", ROLES.values(), ids=ROLES)
def test_the_room_scrolls_sideways_for_no_role(
    db: None, tab_of: Callable[[str], Page], who: str
) -> None:
    page = tab_of(who)
    page.goto(ROOM)
    too_wide = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if more := page.evaluate("document.scrollingElement.scrollWidth - innerWidth"):
            too_wide[width] = more
    assert too_wide == {}


def test_the_last_minutes_of_the_first_hour_fit_a_phone(
    db: None, visits: Visits, world: World
) -> None:
    """When most is late, and something failed."""
    # A tab of its own: one that has seen a later clock goes by that.
    page = visits("mara")
    with clock.at(world.incident.declared_at + timedelta(minutes=59)):
        page.goto(ROOM)
    expect(page.locator("#panel-blueprint summary")).to_contain_text("1 late")
    expect(page.locator("#panel-blueprint summary")).to_contain_text("1 failed")
    page.set_viewport_size({"width": min(WIDTHS), "height": 900})
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") == 0
    assert page.locator("#panel-blueprint").evaluate("one => one.offsetHeight") < 100


AGE = timedelta(minutes=37, seconds=20)
"""How old the demo's incident is when it is told."""
MAX_NODES = 1_100
MAX_HEIGHT, MAX_HEIGHT_OF_PART = 1_300, 2_400
PARTS = ("now", "deciding", "lanes", "timeline", "standing")
HEIGHT = "document.scrollingElement.scrollHeight"
ENDS = """[...document.querySelectorAll(".room section, .room article, .part, header, .next")]
.map(one => [one.id || one.className, Math.round(one.getBoundingClientRect().bottom)])"""


def test_the_room_fits_a_desk_and_each_of_its_parts_a_thumb(
    db: None, visits: Visits, world: World
) -> None:
    """The story told anew, which takes two seconds: other tests write in the room of the first."""
    # As long a number as a restricted incident has.
    incident = demo.tell(world.people, demo.surfaces(), clock.now(), number=112_345)
    # A tab of its own: one that has seen a later clock goes by that.
    page = visits("mara")
    with clock.at(incident.declared_at + AGE):
        page.goto(incident.get_absolute_url())
        expect(page.locator(".connection")).to_contain_text("Live", timeout=BACK)
        assert page.evaluate(HEIGHT) <= MAX_HEIGHT, page.evaluate(ENDS)
        assert page.evaluate("document.querySelectorAll('*').length") < MAX_NODES

        page.set_viewport_size(PHONE)
        heights = {}
        for name in PARTS:
            page.locator(f".jump-bar a[href='#{name}']").click()
            expect(page.locator(f"#{name}")).to_be_visible()
            expect(page.locator(".part:visible")).to_have_count(1)
            heights[name] = page.evaluate(HEIGHT)
    assert max(heights.values()) <= MAX_HEIGHT_OF_PART, heights


def test_page_after_the_session_ended(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Declare").click()
    expect(page.get_by_role("heading", name="Your session ended")).to_be_visible()
    assert problems(page) == []


def test_page_of_a_form_that_had_been_sent(visit: Visits, world: World) -> None:
    page = visit("mara", address := f"/INC-{world.declare().pk}/severity/")
    once = page.locator("main [name=once]").get_attribute("value")
    for reason in ("Only one region", "Two regions, and the sandbox"):
        page.goto(address)
        page.locator("main [name=once]").evaluate("(field, key) => { field.value = key }", once)
        page.get_by_label("SEV-2").check()
        page.get_by_label("Why").fill(reason)
        with page.expect_navigation():
            page.get_by_role("button", name="Change severity").click()
    expect(page.locator("h1")).to_have_text("This form had been sent already")
    expect(page.locator("main")).to_contain_text("Two regions, and the sandbox")
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


def test_pages_of_a_subscriber(visit: Visits, world: World) -> None:
    page = visit("admin")
    page.goto("/subscribers/new/")
    page.get_by_label("What it is called in lists").fill("On-call hook")
    page.get_by_role("radio", name="Webhook").check()
    page.get_by_label("Address").fill("https://hooks.invalid/warroom")
    page.get_by_label("Also internal escalations").check()
    page.get_by_role("button", name="Add the subscriber").click()
    expect(page.locator("h1")).to_have_text("On-call hook")
    found = {"one": problems(page)}
    page.get_by_role("link", name="Remove").click()
    found["remove"] = problems(page)
    page.get_by_role("button", name="Remove the subscriber").click()
    expect(page.locator("main")).to_contain_text("Left.")
    page.goto("/subscribers/")
    expect(page.locator("main")).to_contain_text("On-call hook: left")
    found["all"] = problems(page)
    assert not any(found.values()), found


def test_pages_of_a_maintenance_window(visit: Visits, world: World) -> None:
    """For stakeholders only: the public page of this world stays as others expect it."""
    planned = MaintenanceInput(
        title="New certificates",
        text="Signing in may take longer. [More of it](https://example.org/)",
        audience="internal",
        surfaces=tuple(world.incident.surfaces.all()),
        starts_at=clock.now() + timedelta(days=2),
        ends_at=clock.now() + timedelta(days=2, hours=3),
    )
    row = maintenance.plan(world.people["admin"].as_actor(), planned, now=clock.now())
    page = visit("admin")
    found = {}
    for path in ("", f"{row.pk}/", f"{row.pk}/change/", f"{row.pk}/cancel/"):
        page.goto(f"/maintenance/{path}")
        found[path] = problems(page)
    page.get_by_label("What readers are told").fill("The old ones last longer.")
    page.get_by_role("button", name="Cancel the window").click()
    expect(page.locator("main")).to_contain_text("Cancelled")
    found["cancelled"] = problems(page)
    assert not any(found.values()), found


def test_pages_of_the_backlog(visit: Visits, world: World) -> None:
    """One that is late, one without a day, one that is given up; then a step at a press."""
    incident, mara = world.declare(), world.people["mara"]
    now, due_on = clock.now(), clock.now().date() - timedelta(days=2)
    tracker = "https://tracker.example.org/browse/" + "a-very-long-name-of-a-ticket" * 6
    late = WorkInput(title="Canary for queue workers", owner=mara, due_on=due_on, tracker=tracker)
    long_ago = now - timedelta(days=5)
    item = backlog.add(mara.as_actor(), incident.pk, late, now=long_ago)
    for title in ("Alert names the owner team", "Probe" + "-of-each-region" * 12):
        backlog.add(mara.as_actor(), incident.pk, WorkInput(title=title[:200], owner=mara), now=now)
    page = visit("mara", "/backlog/?mine=1")
    expect(page.locator("tbody tr").first).to_contain_text("2 days late")
    found = {"list": problems(page)}
    page.get_by_role("link", name=item.reference, exact=True).click()
    expect(page.locator("h1")).to_have_text(item.title)
    found["item"] = problems(page)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("button", name="Begin")).to_have_count(0)
    page.get_by_role("link", name="Drop").click()
    found["drop"] = problems(page)
    page.get_by_label("Why").fill("Another guardrail covers it")
    page.get_by_role("button", name="Drop").click()
    expect(page.locator("main")).to_contain_text("Another guardrail covers it")
    found["dropped"] = problems(page)
    assert not any(found.values()), found

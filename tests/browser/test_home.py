"""My work in two browsers: what one does, the other's home page shows without a reload."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from incidents.actions import roles
from incidents.models import Incident, Person
from incidents.vocabulary import Group, LaneKind, RoleName
from kernel import clock
from lanes.handoff import actions as handoffs
from tests.browser.accessibility import problems
from tests.browser.conftest import Visits
from tests.browser.test_live import BACK, CUT_OFF, LIVE_MS, Line
from tests.browser.test_moments import SEEN, Time
from tests.browser.world import World
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import PersonFactory
from tests.helpers.handoffs import terms

SOON = 2 * LIVE_MS
"""Milliseconds: a push, a little jitter, and a small page."""

LANE = LaneKind.MITIGATION


@pytest.fixture
def newcomer(world: World) -> Iterator[Person]:
    """Somebody who has nothing to do yet."""
    world.people["newcomer"] = PersonFactory(groups=[Group.RESPONDER])
    yield world.people["newcomer"]
    del world.people["newcomer"]


@pytest.fixture
def time(db: None) -> Iterator[Time]:
    with clock.at(clock.now()) as server:
        yield Time(server)


def home(page: Page) -> Page:
    page.goto("/")
    expect(page.locator(".connection")).to_contain_text("Live")
    page.evaluate("document.body.mine = true")
    return page


def not_reloaded(page: Page) -> bool:
    return bool(page.evaluate("document.body.mine === true"))


def work(page: Page) -> Any:
    return page.locator("#home-work .duty-text strong")


def offered(world: World, to: Person) -> Incident:
    """Mara commands, Jonas owns mitigation and offers it."""
    incident, mara = world.declare(), world.people["mara"].as_actor()
    who = {"role": RoleName.LANE_OWNER, "lane": LANE, "person": world.people["jonas"]}
    roles.assign(mara, incident.pk, **who, now=clock.now())
    world.schedule(incident)
    offer(world, incident, to)
    return incident


def offer(world: World, incident: Incident, to: Person) -> None:
    jonas = world.people["jonas"].as_actor()
    handoffs.offer(jonas, incident.pk, terms(to), lane=LANE, now=clock.now())


def test_what_waits_comes_and_goes_and_the_title_counts_it(
    visit: Visits, world: World, newcomer: Person
) -> None:
    mine = home(visit("newcomer"))
    assert mine.title() == "Home · Warroom"
    expect(mine.locator("#home-work")).to_contain_text("Nothing waits for you.")

    incident = offered(world, newcomer)
    expect(mine).to_have_title("(1) Home · Warroom", timeout=SOON)
    expect(work(mine)).to_have_text("Accept Mitigation, or decline it")
    expect(mine.locator("#home-next")).to_contain_text("Accept Mitigation")
    expect(mine.locator("#home-incidents")).to_contain_text(incident.reference)
    expect(mine.locator("#announce-politely")).to_contain_text("1 open in My work")

    # Another tab of theirs accepts it: the duty goes, the lane comes.
    tab = visit("newcomer", f"{incident.get_absolute_url()}HO-1/")
    tab.get_by_role("button", name="Accept the lane").click()
    expect(mine.locator("#home-lanes")).to_contain_text("Mitigation", timeout=SOON)
    expect(mine.locator("#home-work")).not_to_contain_text("Accept Mitigation")
    assert not_reloaded(mine)


def test_a_form_sent_by_one_is_seen_at_home_by_the_other(
    visit: Visits, world: World, newcomer: Person
) -> None:
    incident = world.declare()
    mine, mara = home(visit("newcomer")), visit("mara", f"/INC-{incident.pk}/roles/")
    mara.get_by_label("Role").select_option("Verification owner")
    mara.get_by_label("Person").select_option(str(newcomer))
    with mara.expect_response("**/roles/"):
        mara.get_by_role("button", name="Name an owner").click()

    expect(mine.locator("#home-lanes")).to_contain_text("Verification", timeout=SOON)
    expect(mine.locator("#home-lanes")).to_contain_text("No boundary yet")
    expect(mine).to_have_title("(1) Home · Warroom")
    expect(work(mine)).to_have_text("Capture the first evidence snapshot")

    capture_evidence(incident, newcomer, clock.now())
    expect(mine).to_have_title("Home · Warroom", timeout=SOON)
    expect(mine.locator("#home-work")).to_contain_text("Nothing waits for you.")
    assert not_reloaded(mine)


def test_where_one_stands_is_kept_and_what_is_unfolded_stays(
    visit: Visits, world: World, newcomer: Person
) -> None:
    incident = offered(world, newcomer)
    mine = home(visit("newcomer"))
    step = mine.locator("#home-work").get_by_role("link", name="Read the handoff")
    step.focus()
    more = offered(world, newcomer)
    expect(mine).to_have_title("(2) Home · Warroom", timeout=SOON)
    expect(work(mine)).to_have_count(2)

    focused = mine.evaluate("document.activeElement.getAttribute('href')")
    assert focused == f"{incident.get_absolute_url()}HO-1/"
    assert more.reference in mine.locator("#home-work").inner_text()


def test_a_duty_becomes_late_by_time_alone(
    visit: Visits, world: World, time: Time, newcomer: Person
) -> None:
    mine = time.set(visit("newcomer"))
    offered(world, newcomer)
    home(mine)
    expect(mine.locator("#home-work")).not_to_contain_text("overdue")

    time.passes(5, 2)

    expect(mine.locator("#home-work")).to_contain_text("overdue")
    expect(mine.locator("#home-next")).to_contain_text("overdue since")
    assert not_reloaded(mine)


def test_without_a_socket_it_polls_and_says_so(
    visit: Visits, world: World, newcomer: Person
) -> None:
    mine = visit("newcomer")
    Line(mine).open = False
    mine.goto("/")
    expect(mine.locator(".connection")).to_contain_text("Polling", timeout=BACK)

    offered(world, newcomer)

    expect(mine).to_have_title("(1) Home · Warroom")
    expect(work(mine)).to_have_text("Accept Mitigation, or decline it")


def test_what_came_while_the_line_was_cut_is_there_when_it_is_back(
    visit: Visits, world: World, newcomer: Person
) -> None:
    mine = visit("newcomer")
    line = Line(mine)
    home(mine)
    mine.context.set_offline(True)
    line.cut()
    expect(mine.locator(".connection")).to_contain_text("Reconnecting")
    offered(world, newcomer)

    line.open = True
    mine.context.set_offline(False)

    expect(mine.locator(".connection")).to_contain_text("Live", timeout=BACK)
    expect(mine).to_have_title("(1) Home · Warroom")
    assert not_reloaded(mine)


def test_who_is_signed_out_or_no_responder_any_more_is_told(
    visit: Visits, world: World, newcomer: Person
) -> None:
    mine = home(visit("newcomer"))
    newcomer.groups.clear()
    expect(mine.locator(".lost")).to_contain_text("not a responder any more", timeout=CUT_OFF)
    expect(mine.locator(".connection")).to_contain_text("Stopped")
    offered(world, world.people["noor"])
    assert not_reloaded(mine)


def test_what_is_hidden_never_comes_to_the_page(
    visit: Visits, world: World, newcomer: Person
) -> None:
    mine, mara = home(visit("newcomer")), home(visit("mara"))
    asked: list[str] = []
    mine.on("request", lambda request: asked.append(request.url))

    hidden = world.declare(title="Between us", restricted=True)
    expect(mara.locator("#home-incidents")).to_contain_text(hidden.reference, timeout=SOON)
    shown = world.declare()
    expect(mine.locator("#home-incidents")).to_contain_text(shown.reference, timeout=SOON)

    assert hidden.reference not in mine.content()
    assert len(asked) == 1


def test_the_page_of_somebody_with_much_to_do(
    visit: Visits, world: World, newcomer: Person
) -> None:
    for _ in range(23):
        offered(world, newcomer)
    page = visit("newcomer", "/")

    assert page.title() == "(23) Home · Warroom"
    head, lists = (
        page.locator("#home-next").bounding_box(),
        page.locator(".home-grid").bounding_box(),
    )
    assert head
    assert lists
    assert (head["x"], head["width"]) == (lists["x"], lists["width"])
    assert head["y"] + head["height"] < lists["y"]
    assert problems(page) == []
    more = page.get_by_role("navigation", name="More of my work")
    more.get_by_role("link", name="And 3 more").press("Enter")
    expect(work(page)).to_have_count(3)
    assert problems(page) == []


def test_a_page_that_nobody_sees_waits_with_time_but_not_with_news(
    visit: Visits, world: World, newcomer: Person
) -> None:
    mine = home(visit("newcomer"))
    mine.evaluate(SEEN, "hidden")

    offered(world, newcomer)

    expect(mine).to_have_title("(1) Home · Warroom", timeout=SOON)


def test_the_empty_lists_are_readable_too(visit: Visits, newcomer: Person) -> None:
    assert problems(visit("newcomer", "/")) == []

"""Two owners recommend against each other in their browsers; the commander sees it live."""

import re

import pytest
from playwright.sync_api import Page, expect

from incidents.actions import roles
from incidents.models import Incident
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from tests.browser.accessibility import problems
from tests.browser.conftest import Visits
from tests.browser.world import World
from tests.helpers.decision_inputs import capture_evidence


@pytest.fixture
def incident(world: World) -> Incident:
    """With CP-1 ahead, one evidence item, and two lanes owned by Jonas and Priya."""
    incident = world.declare()
    mara = world.people["mara"]
    for who, lane in (("jonas", LaneKind.MITIGATION), ("priya", LaneKind.INVESTIGATION)):
        roles.assign(
            mara.as_actor(),
            incident.pk,
            role=RoleName.LANE_OWNER,
            lane=lane,
            person=world.people[who],
            now=clock.now(),
        )
    capture_evidence(incident, mara, clock.now())
    world.schedule(incident)
    return incident


def recommend(page: Page, option: str, reasons: str, reversibility: int) -> None:
    """By keyboard, as far as it goes: the options are cards, the scores segments."""
    page.get_by_role("radio", name=re.compile(option)).check()
    page.get_by_label("Why", exact=True).fill(reasons)
    page.get_by_role("checkbox", name=re.compile("E-1")).check()
    for name, score in (("Reversibility", reversibility), ("Blast radius", 2)):
        group = page.get_by_role("group", name=re.compile(name))
        group.get_by_role("radio", name=str(score), exact=True).check()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/INC-*/")


def test_a_contradiction_opens_before_the_eyes_of_the_commander(
    visit: Visits, incident: Incident
) -> None:
    room = incident.get_absolute_url()
    mara = visit("mara", room)
    jonas = visit("jonas", f"{room}lanes/mitigation/")
    jonas.get_by_role("link", name="Recommend an option").click()
    recommend(jonas, "Full rollback", "It takes the cause away", 2)
    expect(mara.get_by_role("heading", name="Recommended")).to_be_visible()

    priya = visit("priya", room)
    priya.get_by_role("link", name="Recommend", exact=True).click()
    recommend(priya, "Targeted hotfix", "Four nodes ignore the refresh", 4)

    contradiction = mara.get_by_role("region", name="Contradiction X-1 is open")
    expect(contradiction.get_by_role("article")).to_have_count(2)
    expect(contradiction).to_contain_text("More reversible")
    expect(mara.locator(".next, #next").first).to_contain_text("Resolve contradiction X-1")
    mara.keyboard.press("d")
    expect(mara.get_by_role("group", name="Contradiction X-1")).to_be_visible()


def test_the_pages_of_a_contradiction(visit: Visits, incident: Incident) -> None:
    room = incident.get_absolute_url()
    for who, option, score in (("jonas", "Full rollback", 2), ("priya", "Targeted hotfix", 4)):
        page = visit(who, f"{room}recommend/")
        recommend(page, option, "Seen on four nodes", score)
    mara = visit("mara")
    found: dict[str, list[str]] = {}
    for path in ("", "R-1/", "lanes/mitigation/", "CP-1/"):
        mara.goto(f"{room}{path}")
        found[path] = problems(mara)
    jonas = visit("jonas")
    found |= {path: problems(on(jonas, path, room)) for path in ("recommend/", "R-1/")}
    jonas.goto(f"{room}recommend/")
    jonas.get_by_role("button", name="Recommend it").click()
    expect(jonas.locator("#refusal")).to_be_visible()
    found["refused"] = problems(jonas)

    assert not any(found.values()), found


def on(page: Page, path: str, room: str) -> Page:
    page.goto(f"{room}{path}")
    return page

"""Looking back in a browser: the review and the retro, from the first question to the lock."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Incident
from incidents.vocabulary import LaneKind
from kernel import clock
from retros.models import BacklogItem, LookBack
from tests.browser.accessibility import problems
from tests.browser.conftest import Visits
from tests.browser.world import World
from tests.helpers.factories import declared
from tests.retros.closing.closable import ClosingRun

PROBE = "The eu-west probe failed twice. It had flapped all week, so nobody looked."
ITEM = "A release that rotates keys waits for a sign-in probe"
WHY = "HARD-115 covers it already"


@pytest.fixture
def closed(world: World) -> Incident:
    """Mara's, closed minutes ago. Restricted: the public page stays as others expect it."""
    people, now = world.people, clock.now()
    incident = declared(people["mara"], now=now - timedelta(minutes=35), restricted=True)
    names = ("priya", "jonas", "aisha", "ken")
    owners = dict(zip(LaneKind, (people[name] for name in names), strict=True))
    ending = ClosingRun(incident, people["mara"], owners, now=now - timedelta(minutes=30))
    ending.escalate()
    ending.mitigated()
    ending.recovered(audience="participants")
    ending.harden(due_on=(now + timedelta(days=9)).date())
    ending.state()
    ending.close()
    return incident


def question(page: Page, number: int) -> None:
    """An answer that becomes no item."""
    row = page.locator("#review .question").nth(number - 1)
    row.get_by_role("textbox").first.fill(f"Answer {number}: the record shows it")
    row.get_by_text("Say why not").click()
    row.get_by_label("Why no item follows").fill(WHY)


def test_the_review_is_written_refused_mended_and_locked(
    visit: Visits, closed: Incident, world: World
) -> None:
    page = visit("mara", f"{closed.get_absolute_url()}watch/")
    page.get_by_role("link", name="Review and retro").last.click()
    expect(page.locator("h1")).to_have_text("Review and retro")
    found = {"open": problems(page)}

    # By key: the one next thing leads to the first question that is open.
    page.get_by_role("link", name="Go to").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("1. Which signal was seen first, but ignored?")).to_be_in_viewport()
    page.get_by_label("1. Which signal was seen first, but ignored?").fill(PROBE)
    first = page.locator("#review .question").first
    expect(first.get_by_label("Item", exact=True)).to_be_hidden()
    first.get_by_label("Make a backlog item").focus()
    page.keyboard.press("Space")
    first.get_by_label("Item", exact=True).fill(ITEM)
    for number in (3, 4):
        question(page, number)
    expect(page.locator("#review-draft")).to_contain_text("Your draft was saved")

    # Refused with every rule at once; what was typed is still there, and after a reload too.
    page.get_by_label("1. Which signal was seen first, but ignored?").press("Control+Enter")
    expect(page.locator("#refusal")).to_contain_text("Not finished yet: 5 things are missing")
    expect(page.locator("#refusal")).to_be_focused()
    expect(page.get_by_label("1. Which signal was seen first, but ignored?")).to_have_value(PROBE)
    found["refused"] = problems(page)
    page.locator("#refusal").get_by_role("link", name="Question 1: Name who does it.").click()
    expect(page.locator("#id_ignored_owner")).to_be_in_viewport()
    page.goto(f"{closed.get_absolute_url()}retro/")
    expect(page.get_by_label("1. Which signal was seen first, but ignored?")).to_have_value(PROBE)

    first.get_by_label("Owner").select_option(label=str(world.people["jonas"]))
    first.get_by_label("Due").fill((clock.now() + timedelta(days=9)).date().isoformat())
    computed = page.get_by_label("2. Which decision checkpoint took longest?")
    expect(computed).to_have_value("CP-1, 7 minutes from the declaration to D-1.")
    question(page, 2)
    question(page, 5)
    page.get_by_role("button", name="Finish the review").click()

    review = page.locator("#review")
    expect(review).to_contain_text("Finished")
    expect(review).to_contain_text(PROBE)
    item = BacklogItem.objects.get(title=ITEM)
    expect(review.get_by_role("link", name=item.reference)).to_be_visible()
    expect(review).to_contain_text(WHY)
    expect(page.get_by_role("button", name="Finish the review")).to_have_count(0)
    found["finished"] = problems(page)
    assert item.owner == world.people["jonas"]
    assert not any(found.values()), found


def test_the_retro_is_finished_on_a_phone_and_added_to(
    visit: Visits, closed: Incident, world: World
) -> None:
    page = visit(
        "mara", f"{closed.get_absolute_url()}retro/", viewport={"width": 390, "height": 844}
    )
    retro = page.locator("#retro")
    expect(retro).to_contain_text("The record: ")
    retro.get_by_label("Trigger and detection gap").fill("A key was rotated before the caches")
    retro.get_by_label("What slowed mitigation").fill("Nobody owned the cache")
    retro.get_by_label("What made recovery faster").fill("The rollback had been rehearsed")
    retro.get_by_label("Guardrail change proposal").fill("n/a")
    retro.get_by_role("button", name="Finish the retro").click()
    expect(page.locator("#refusal")).to_contain_text("3 things are missing")
    expect(retro.get_by_label("What slowed mitigation")).to_have_value("Nobody owned the cache")

    retro.get_by_label("Guardrail change proposal").fill("Warn on two owners\nof one boundary")
    retro.get_by_label("Owner").select_option(label=str(world.people["ken"]))
    retro.get_by_label("Due").fill((clock.now() + timedelta(days=9)).date().isoformat())
    retro.get_by_role("button", name="Finish the retro").click()

    expect(retro).to_contain_text("Warn on two owners")
    retro.get_by_label("A later thought on the retro").fill("The alert was muted as well")
    retro.get_by_role("button", name="Add the thought").click()
    expect(retro).to_contain_text("The alert was muted as well")
    expect(retro.get_by_label("A later thought on the retro")).to_have_value("")
    assert problems(page) == []
    assert LookBack.objects.get(incident=closed, kind="retro").finished_by == world.people["mara"]


def test_who_does_not_command_reads(visit: Visits, closed: Incident) -> None:
    page = visit("ken", f"{closed.get_absolute_url()}retro/")
    expect(page.locator("#review")).to_contain_text("Nobody has finished it yet")
    expect(page.get_by_role("button", name="Finish")).to_have_count(0)
    assert problems(page) == []

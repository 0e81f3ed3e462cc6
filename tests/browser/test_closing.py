"""Scenario A by hand: refused a closing, closed, reopened, closed again; its second package is
accepted, its review and its retro are finished."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from incidents.models import Incident
from kernel import clock
from retros.models import BacklogItem, Package
from retros.package import actions as packages
from retros.package import worker
from tests.browser.accessibility import problems
from tests.browser.conftest import Visits
from tests.browser.test_retro import closed  # noqa: F401  (a fixture)
from tests.browser.test_scenarios import decide, declare, execute, fill_in, staff, verify
from tests.browser.world import World
from tests.helpers import messages

HAPPENED = "Release 2026.19 signed tokens with a key that four edge nodes did not know."
WATCH = "401 rate above 1 % for 5 minutes in any region"
UNMET = (
    "Rollback trigger",
    "Hardening backlog",
    "Communications timeline",
    "Confidence of the closing statement",
)


def escalate(page: Page, room: str) -> None:
    page.goto(f"{room}escalation/")
    page.get_by_label("Summary").fill("Sign-in fails for one person in three")
    page.get_by_label("Impact: users and systems").fill("A third of sign-ins in eu-west.")
    page.get_by_label("Immediate ask").fill("May we roll back release 2026.19?")
    page.get_by_label("Owner").select_option(label="Mara Lindqvist")
    page.get_by_label("Next update").fill("+25")
    page.get_by_role("button", name="Send").last.click()
    expect(page.locator("h1")).not_to_contain_text("Escalat")


def recovered(page: Page, room: str, headline: str) -> None:
    """Said inside the house: the public page is for other tests."""
    page.goto(f"{room}update/")
    page.get_by_role("radio", name="Stakeholders").check()
    page.get_by_role("radio", name="Recovered").check()
    for state in page.locator('select[name^="surface_"]').all():
        state.select_option("operational")
    page.get_by_label("Headline, as readers know it").fill(headline)
    page.get_by_label("Customer impact, in plain words").fill("Everybody can sign in again.")
    page.get_by_label("Current mitigation, in plain words").fill("The change was undone.")
    page.get_by_label("Known unknown", exact=True).fill("Whether old sessions end early")
    page.get_by_label("Next committed update").fill("")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(f"**{room}")


def tell(world: World, incident: Incident, progress: str, headline: str) -> None:
    """An update through the action: the form itself is filled in for the last one."""
    fields = {"audience": "internal", "progress": progress, "headline": headline}
    messages.published(world.people["aisha"], incident, clock.now(), **fields)


def own_risks(page: Page, room: str) -> None:
    page.goto(f"{room}risks/")
    while (without := page.get_by_role("link", name="Name an owner")).count():
        without.first.click()
        page.get_by_label("Owner").select_option(label="Jonas Weber")
        page.locator("main form").get_by_role("button").last.click()
        page.wait_for_url(f"**{room}risks/**")


def harden(page: Page, room: str) -> None:
    page.goto(f"{room}backlog/")
    page.get_by_label("What is to be done").fill("Edge nodes honour key-set expiry")
    page.get_by_label("Owner").select_option(label="Priya Raman")
    page.get_by_label("Due").fill((clock.now() + timedelta(days=14)).date().isoformat())
    page.get_by_role("button", name="Add the item").click()
    expect(page.locator("main")).to_contain_text("HARD-")


def state(page: Page) -> None:
    page.get_by_label("What happened").fill(HAPPENED)
    page.get_by_label("Why this path was chosen").fill("The flag undoes it within a minute.")
    page.get_by_label("What remains uncertain").fill("Why the staged rollout missed it.")
    page.get_by_label("What we need from leadership").fill("Two days of the edge team.")
    page.get_by_role("radio", name="L3").check()
    page.get_by_label("Watch owner, next 24 h").select_option(label="Ken Ito")
    page.get_by_label("Rollback trigger").fill(WATCH)


def close(page: Page, incident: Incident) -> None:
    page.goto(f"{incident.get_absolute_url()}gate/")
    page.get_by_role("button", name=f"Close {incident.reference}").click()


def made(incident: Incident) -> Package:
    """What the worker does, which these tests do not start."""
    package = Package.objects.filter(incident=incident).latest("number")
    assert worker.make(package.pk, clock.now())
    return package


def look_back(page: Page, room: str) -> None:
    page.goto(f"{room}retro/")
    rows = page.locator("#review .question")
    for row in rows.all():
        row.get_by_role("textbox").first.fill("The eu-west probe failed twice before the alert.")
        row.get_by_text("Say why not").click()
        row.get_by_label("Why no item follows").fill("HARD items of the closing cover it")
    first = rows.first
    first.get_by_text("Make a backlog item").click()
    first.get_by_label("Item", exact=True).fill("A probe in each region waits for a release")
    first.get_by_label("Owner").select_option(label="Ken Ito")
    due = (clock.now() + timedelta(days=9)).date().isoformat()
    first.get_by_label("Due").fill(due)
    page.get_by_role("button", name="Finish the review").click()
    expect(page.locator("#review")).to_contain_text("Finished")

    retro = page.locator("#retro")
    retro.get_by_label("Trigger and detection gap").fill("A key was rotated before the caches")
    retro.get_by_label("What slowed mitigation").fill("Nobody owned the cache")
    retro.get_by_label("What made recovery faster").fill("The flag had been rehearsed")
    retro.get_by_label("Guardrail change proposal").fill("Warn on two owners of one boundary")
    retro.get_by_label("Owner").select_option(label="Priya Raman")
    retro.get_by_label("Due").fill(due)
    retro.get_by_role("button", name="Finish the retro").click()
    expect(retro).to_contain_text("Finished")


def test_from_the_signal_to_an_accepted_package_and_a_finished_retro(
    world: World, visit: Visits
) -> None:
    mara, jonas, ken, aisha = (visit(who, "/") for who in ("mara", "jonas", "ken", "aisha"))
    incident = declare(mara, "auth-token-failure", "Auth token failure after release")
    room = incident.get_absolute_url()
    staff(world, incident)
    escalate(aisha, room)
    tell(world, incident, "investigating", "One person in three cannot sign in")
    mara.goto(f"{room}decide/")
    fill_in(mara, "Feature-flag disable")
    decide(mara, incident)
    execute(jonas, incident, "D-1")
    verify(ken, incident, "D-1")
    tell(world, incident, "mitigating", "The new keys are switched off")

    # Too early: refused with every reason, recorded, and still active.
    close(mara, incident)
    refusal = mara.locator("#refusal")
    expect(refusal).to_contain_text("Not closed")
    expect(mara.get_by_role("heading", name="Closure gate")).to_contain_text("of 10 met")
    assert problems(mara) == []
    mara.goto(f"{room}#standing")
    expect(mara.locator(".timeline-entries")).to_contain_text("Closing refused:")
    mara.locator("[data-tab=closing]").click()
    expect(mara.locator("#standing-body")).to_contain_text("of 10 met")

    recovered(aisha, room, "Signing in works again")
    own_risks(mara, room)
    harden(mara, room)
    mara.goto(f"{room}gate/")
    state(mara)
    mara.get_by_role("button", name=f"Close {incident.reference}").click()
    expect(mara.locator("h1")).to_have_text(f"Watching {incident.reference}")
    assert problems(mara) == []

    # The first package: the page waits for the worker, and then shows it by itself.
    mara.get_by_role("link", name="Closure package").click()
    expect(mara.locator("#progress")).to_contain_text("Version 1 is being made")
    first = made(incident)
    expect(mara.locator(".seal")).to_contain_text("SHA-256")
    expect(mara.locator("#note")).to_contain_text(HAPPENED)
    assert problems(mara) == []

    # The trigger fires: whoever watches opens it with one confirmation.
    ken.goto(f"{room}watch/")
    ken.get_by_role("link", name="It fired: reopen").click()
    assert problems(ken) == []
    ken.get_by_label("The signal you saw").fill("401 rate 4 % in eu-west since 16:01")
    ken.get_by_role("button", name="It fired: reopen").click()
    expect(ken.locator(".timeline-entries")).to_contain_text("Open again")
    close(mara, incident)
    expect(refusal).to_contain_text("Not closed")

    mara.goto(f"{room}decide/")
    fill_in(mara, "Full rollback", "Rollback")
    decide(mara, incident)
    execute(jonas, incident, "D-2")
    verify(ken, incident, "D-2")
    tell(world, incident, "mitigating", "The release is undone")
    # In other words than before, since it is within a minute: those would not be published again.
    recovered(aisha, room, "Signing in works again after the rollback")
    own_risks(mara, room)
    mara.goto(f"{room}gate/")
    assert problems(mara) == []
    close(mara, incident)
    expect(mara.locator("h1")).to_have_text(f"Watching {incident.reference}")

    # The second version beside the first, which stays as it was sealed.
    second = made(incident)
    assert (second.number, Package.objects.get(pk=first.pk).closing.number) == (2, 1)
    mara.goto(f"{room}package/")
    expect(mara.locator("#changes")).to_contain_text("D-2")
    mara.get_by_role("link", name="What changed").click()
    expect(mara.locator(".diff ins").first).to_be_visible()
    assert problems(mara) == []

    admin = visit("admin", "/packages/")
    admin.get_by_role("link", name=f"Review {incident.reference}").click()
    admin.get_by_role("button", name="Accept the package").click()
    expect(admin.locator(".document")).to_contain_text("Accepted by Sam Okafor")
    assert problems(admin) == []

    look_back(mara, room)
    assert BacklogItem.objects.filter(incident=incident).count() == 3


PAPER = {"width": 680, "height": 960}
"""What A4 leaves between its margins."""

# Cells that reach over their neighbours, or over the edge of the paper.
OVERLAPPING = """[...document.querySelectorAll("main td, main th, main dd, main li, main p")]
.filter((one) => one.clientWidth > 1 && (one.scrollWidth > one.clientWidth + 1
  || one.getBoundingClientRect().right > innerWidth + 1))
.map((one) => one.textContent.trim().slice(0, 80))"""


def test_a_package_is_readable_by_all(
    visit: Visits,
    closed: Incident,  # noqa: F811
) -> None:
    """Waiting, failed, made, judged, sent back, and made anew."""
    room, found = closed.get_absolute_url(), {}
    first = Package.objects.get(incident=closed)
    admin = visit("admin", f"{room}package/1/")
    found["waiting"] = problems(admin)
    packages.fail(first.pk, "No space left", now=clock.now())
    mara = visit("mara", f"{room}package/1/")
    found["failed"] = problems(mara)
    mara.get_by_role("button", name="Try again").click()
    expect(mara.locator("#progress")).to_be_visible()
    made(closed)

    admin.goto(f"{room}package/1/")
    for summary in admin.locator(".document details > summary").all():
        summary.click()
    found["made"] = problems(admin)
    admin.set_viewport_size(PAPER)
    admin.emulate_media(media="print")
    found["printed"] = admin.evaluate(OVERLAPPING)
    admin.emulate_media(media="screen")
    admin.get_by_role("button", name="Send back").click()
    expect(admin.locator("#refusal")).to_be_focused()
    found["refused"] = problems(admin)
    admin.get_by_label("On “Leadership note”").fill("Say who was affected.")
    admin.get_by_role("button", name="Send back").click()
    expect(admin.locator(".document")).to_contain_text("Sent back")

    mara.goto(f"{room}package/1/")
    mara.get_by_role("link", name="Answer and make version 2").click()
    mara.get_by_label("What happened").fill("Four nodes were stale; 31 % could not sign in.")
    mara.get_by_role("button", name="Make version 2").click()
    expect(mara.locator("#refusal")).to_contain_text("Say what became of the remark")
    expect(mara.get_by_label("What happened")).to_have_value(re.compile("31 %"))
    found["revising"] = problems(mara)
    mara.get_by_label("what became of it?").fill("Added: 31 %.")
    mara.get_by_role("button", name="Make version 2").click()
    made(closed)
    mara.goto(f"{room}package/2/changes/")
    found["changes"] = problems(mara)
    admin.goto("/packages/")
    found["queue"] = problems(admin)
    assert not any(found.values()), found

"""The first hour as somebody new does it, while a second person watches in another browser."""

import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.test_live import open_parts
from warroom.demo import PASSWORD

LANES = {
    "Investigation owner": "Priya Raman",
    "Mitigation owner": "Jonas Weber",
    "Communication owner": "Aisha Bello",
    "Verification owner": "Ken Ito",
}
SCOPE = "Sign-in in all regions: every third token is refused."


def last_commits() -> str:
    """Of the repository that this test lies in; a copy without one gets a new one."""
    here = Path(__file__).parent
    said = subprocess.run(
        ["git", "log", "--oneline", "-n", "5"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout or "4be90a7 Cache team membership\n"


def sign_in(page: Page, who: str) -> None:
    page.goto("/")
    page.get_by_label("User name or mail").fill(who)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def declare(page: Page) -> None:
    page.get_by_role("link", name="Declare an incident").click()
    page.get_by_text("More: scenario, channel").click()
    page.get_by_role("link", name="Auth token failure after release").click()
    expect(page.get_by_label("What is wrong?")).to_have_value("Auth token failure after release")
    expect(page.get_by_role("checkbox", name="Sign-in")).to_be_checked()
    page.get_by_label("SEV-1").check()
    page.get_by_label("What is known?").fill("401 rose two minutes after the release.")
    page.get_by_label("Evidence channel").fill("#inc-auth")
    page.get_by_role("button", name="Declare").click()
    expect(page.locator("h1")).to_have_text("Auth token failure after release")


def command(page: Page, name: str) -> None:
    page.get_by_role("button", name="Command").click()
    page.locator("#command-menu").get_by_role("link", name=name).click()


def capture(page: Page, line: str, output: str, *, purpose: str = "") -> None:
    page.get_by_role("radio", name="Command").check()
    page.get_by_label("Command line").fill(line)
    page.get_by_label("Output or text").fill(output)
    page.get_by_label("Exit code").fill("0")
    if purpose:
        page.get_by_role("radio", name=purpose).check()
    page.get_by_role("button", name="Capture").click()
    expect(page.get_by_text("captured", exact=False).first).to_be_visible()


def test_the_first_hour(visit: Visits) -> None:
    page, other = visit(), visit()
    sign_in(page, "mara")
    sign_in(other, "ken")
    declare(page)
    room = page.url

    other.goto(room)
    expect(other.locator(".connection")).to_contain_text("Live")
    entries = other.locator(".timeline-entries")
    control = other.locator("#panel-bar .control-state").first
    expect(control).to_contain_text("Not under control")

    page.keyboard.press("e")
    capture(page, "git log --oneline -n 5", last_commits())
    expect(control).to_contain_text("Under control since")
    expect(entries).to_contain_text("git log --oneline -n 5")

    name_people(page, other)
    schedule(page, other)
    refused_decision(page, other)
    accepted_decision(page, other, room)


def name_people(page: Page, other: Page) -> None:
    lanes = other.locator("#panel-lanes")
    for role, person in {**LANES, "Deputy": "Tomás Ferreira"}.items():
        command(page, "Name an owner")
        page.get_by_label("Role").select_option(role)
        page.get_by_label("Person").select_option(person)
        page.get_by_role("button", name="Name an owner").click()
        seen = lanes if role in LANES else other.locator("#panel-bar")
        expect(seen).to_contain_text(person)


def schedule(page: Page, other: Page) -> None:
    command(page, "Schedule a checkpoint")
    page.get_by_label("Due").fill("+15")
    page.get_by_label("What is to be decided").fill("Which mitigation first")
    page.get_by_role("button", name="Schedule a checkpoint").click()
    expect(other.locator("#panel-deciding")).to_contain_text("Which mitigation first")
    expect(page.locator("#next")).to_contain_text("Decide at checkpoint CP-1")


def refused_decision(page: Page, other: Page) -> None:
    page.locator("#next").get_by_role("link", name="Decide").click()
    open_parts(page)
    page.get_by_label("Impacted scope").fill(SCOPE)
    page.get_by_role("radio", name="L2 Partial").check()
    page.get_by_role("button", name="Decide").click()
    refusal = page.locator("#refusal")
    expect(refusal).to_be_focused()
    links = refusal.get_by_role("link")
    assert links.count() >= 4
    for link in links.all():
        target = link.get_attribute("href") or ""
        assert target.startswith(("#", "/"))
        if target.startswith("#"):
            expect(page.locator(target)).to_have_count(1)
    expect(page.get_by_label("Impacted scope")).to_have_value(SCOPE)
    expect(page.get_by_role("radio", name="L2 Partial")).to_be_checked()
    open_parts(page)
    expect(page.get_by_label("Owner for execution")).to_have_value(
        page.get_by_role("option", name="Jonas Weber").first.get_attribute("value") or "none"
    )
    expect(other.locator(".timeline-entries")).to_contain_text("Decision refused at CP-1")


def accepted_decision(page: Page, other: Page, room: str) -> None:
    open_parts(page)
    page.get_by_role("checkbox", name="git log").check()
    page.get_by_label("Emergency: why readiness is skipped").fill("A third of sign-ins fail.")
    page.get_by_label("Another risk").fill("Old sessions may fail until they expire.")
    page.get_by_label("Next action").fill("Turn token_signer_v2 off")
    page.get_by_label("Its deadline").fill("+20")
    page.get_by_role("radio", name="Continue").check()
    page.get_by_role("radio", name="Feature-flag disable").check()
    reasons = page.get_by_label("Rejected because").locator("visible=true")
    reasons.nth(0).fill("The cause is not confirmed.")
    reasons.nth(1).fill("Takes eleven minutes and signs everybody out.")
    page.get_by_label("Which one exactly").fill("token_signer_v2")
    page.get_by_label("Why now").fill("Every minute adds 300 failed sign-ins.")
    page.get_by_label("Why not the default response").fill("The flag undoes it in 40 s.")
    page.get_by_label("Reversibility").fill("40 seconds: the flag again.")
    page.get_by_label("Blast radius").fill("The old signer takes the whole load.")
    page.get_by_label("What exactly proves it worked").fill(
        "401 rate below 0.5 % for five minutes."
    )
    page.get_by_role("button", name="Decide").click()
    expect(page).to_have_url(room)
    for seen in (page, other):
        expect(seen.locator("#panel-deciding")).to_contain_text("Current decision D-1")
        expect(seen.locator("#panel-deciding")).to_contain_text("CP-2")
        expect(seen.locator(".timeline-entries")).to_contain_text("Decision D-1 at CP-1")

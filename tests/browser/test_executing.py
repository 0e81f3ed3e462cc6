"""A billing decision from its second signature to a failed verification, by those it names."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from incidents.vocabulary import LaneKind, Purpose, RoleName
from kernel import clock
from tests.browser.accessibility import problems
from tests.browser.conftest import PHONE, Visits
from tests.browser.world import World
from tests.helpers.decision_inputs import PRECHECK
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import declared


@pytest.fixture
def ledger(world: World) -> DecisionRun:
    """Mara commands, Jonas executes, Ken verifies, Priya is data owner; D-1 waits for her."""
    people, now = world.people, clock.now() - timedelta(minutes=20)
    incident = declared(people["mara"], now=now, scenario="billing-state-mismatch")
    names = dict(zip(LaneKind, ("priya", "jonas", "aisha", "ken"), strict=True))
    owners = {lane: people[name] for lane, name in names.items()}
    found = DecisionRun(incident, people["mara"], owners, now)
    found.assign(RoleName.DATA_OWNER, people["priya"])
    baseline = replace(PRECHECK, command="probe", purpose=Purpose.BASELINE, text="eu 0.3 %\nus 0\n")
    found.capture(baseline)
    found.decide()
    return found


def capture(page: Page, command: str, output: str) -> None:
    """From where it is asked for, and back there. Single keys are typed while a field has focus."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("e")
    page.get_by_role("textbox", name="Command line").fill(command)
    page.get_by_role("textbox", name=re.compile("^Output")).fill(output)
    page.get_by_label(re.compile("^Exit code")).fill("0")


def test_by_those_it_names(visit: Visits, ledger: DecisionRun) -> None:
    room = ledger.incident.get_absolute_url()
    jonas = visit("jonas", room)
    waits = jonas.locator("#panel-deciding .trail .is-wait").first
    expect(waits).to_contain_text("Priya Raman, data owner")

    priya = visit("priya", room)
    priya.get_by_role("link", name=re.compile("Read and sign D-1")).click()
    found = {"to sign": problems(priya)}
    priya.get_by_role("button", name="Sign as data owner").click()
    expect(priya.locator(".trail")).to_contain_text("Priya Raman as data owner")
    expect(waits).to_have_count(0)

    expect(jonas.locator("#next")).to_contain_text("Execute D-1")
    jonas.keyboard.press("d")
    jonas.wait_for_url("**/D-1/")
    found["to start"] = problems(jonas)
    jonas.keyboard.press("d")
    expect(jonas.locator(".trail")).to_contain_text("Started")
    jonas.keyboard.press("d")
    jonas.wait_for_url("**/done/")
    capture(jonas, "ledgerctl freeze --all", "frozen: 4 of 4\n")
    jonas.keyboard.press("Control+Enter")
    jonas.wait_for_url("**/done/")
    jonas.get_by_role("checkbox", name=re.compile("ledgerctl freeze")).check()
    found["to finish"] = problems(jonas)
    jonas.keyboard.press("Control+Enter")
    expect(jonas.locator(".trail")).to_contain_text("Executed")

    ken = visit("ken", room)
    expect(ken.locator("#next")).to_contain_text("Verify D-1")
    ken.keyboard.press("d")
    ken.wait_for_url("**/verify/")
    found["no run yet"] = problems(ken)
    capture(ken, "probe", "eu 18 %\nus 0\n")
    ken.get_by_label("Repeats the baseline").select_option(label="E-3 probe")
    ken.keyboard.press("Control+Enter")
    ken.wait_for_url("**/verify/")
    expect(ken.locator(".line-changed")).to_have_text(["≠ eu 0.3 %", "≠ eu 18 %"])
    found["to verify"] = problems(ken)
    side_by_side(ken)
    ken.get_by_role("button", name="Verified").click()
    expect(ken.locator("#refusal")).to_contain_text("V-FINDING")
    found["refused"] = problems(ken)
    ken.get_by_label("What the run showed").fill("eu still at 18 %")
    ken.get_by_role("button", name="Failed").click()
    expect(ken.locator(".trail")).to_contain_text("Verification failed")
    found["failed"] = problems(ken)

    mara = visit("mara", room)
    expect(mara.locator("#next")).to_contain_text("Decide again: verification of D-1 failed")
    expect(mara.locator("#panel-blueprint")).to_contain_text("Verified: run E-5 failed")
    found["room"] = problems(mara, "#panel-deciding")
    mara.keyboard.press("d")
    mara.wait_for_url(re.compile(r"/CP-\d+/"))
    assert not any(found.values()), found


def side_by_side(page: Page) -> None:
    """Beside each other on a desk, one below the other on a phone."""
    run, baseline = (page.locator(".side-by-side article").nth(n) for n in (1, 0))
    one, two = baseline.bounding_box(), run.bounding_box()
    assert one
    assert two
    assert page.viewport_size == PHONE
    assert one["y"] + one["height"] <= two["y"]
    page.set_viewport_size({"width": 1440, "height": 900})
    one, two = baseline.bounding_box(), run.bounding_box()
    assert one
    assert two
    assert abs(one["y"] - two["y"]) < 2
    assert one["x"] + one["width"] <= two["x"]


def test_withdrawing_by_keyboard(visit: Visits, ledger: DecisionRun) -> None:
    mara = visit("mara", f"{ledger.incident.get_absolute_url()}D-1/")
    summary = mara.get_by_text("Withdraw this decision")
    summary.focus()
    mara.keyboard.press("Enter")
    mara.keyboard.press("Tab")
    mara.keyboard.type("N / A")
    mara.keyboard.press("Control+Enter")
    expect(mara.locator("#refusal")).to_contain_text("X-REASON")
    refused = problems(mara)
    mara.get_by_label("Why is it withdrawn?").fill("The ledger is whole again")
    mara.keyboard.press("Control+Enter")
    expect(mara.locator(".trail")).to_contain_text("Withdrawn")
    assert refused + problems(mara) == []

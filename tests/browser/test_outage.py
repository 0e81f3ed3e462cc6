"""A database that split between two coasts, lived through the pages as it was: acts before their
record, two mitigations beside each other, a commander who is away, and a correction."""

import csv
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from incidents.models import Checkpoint, Decision, Incident
from kernel import clock
from tests.browser.conftest import Visits
from tests.browser.test_closing import escalate, harden, made, own_risks, recovered, state, tell
from tests.browser.test_scenarios import capture, decide, fill_in_rest, open_parts, staff
from tests.browser.world import World

SPLIT = "Orders are written on both coasts"
FAIL_BACK = "Fail back to Frankfurt"
REPLICAS = "Add replicas in Dublin"
NOTHING_NEW = "Lag falls by a gigabyte a minute, as it should"
NOT_TAKEN = (
    ("Drain Dublin", "Frankfurt cannot carry both coasts."),
    ("Restore last night", "Loses a day of orders."),
)
BESIDE = "Replicas read only; the fail back writes in Frankfurt alone."


def declare(page: Page) -> Incident:
    page.goto("/declare/")
    page.get_by_label("What is wrong?").fill(SPLIT)
    page.get_by_label("SEV-1").check()
    page.get_by_role("checkbox", name="Public API").check()
    page.get_by_role("button", name="Declare", exact=False).last.click()
    expect(page.locator("h1")).to_have_text(SPLIT)
    return Incident.objects.latest("declared_at")


def show(page: Page, room: str, line: str, output: str) -> None:
    page.goto(f"{room}evidence/new/")
    capture(page, line, output)
    expect(page.locator("h1")).not_to_contain_text("Capture")


def act_first(page: Page, room: str) -> None:
    page.goto(f"{room}act/")
    page.get_by_label("What is done").fill("split_writes off on both coasts")
    page.get_by_role("radio", name="Feature-flag disable").check()
    page.get_by_label("Who").select_option(label="Jonas Weber")
    page.get_by_label("Begun already at").fill("-6")
    page.get_by_label("Done already at").fill("-5")
    page.get_by_role("checkbox", name="flagctl split_writes off").check()
    page.get_by_role("button", name="Record it").click()
    page.wait_for_url(f"**{room}")


def name_own(page: Page, name: str, reach: str, why: str) -> None:
    open_parts(page)
    page.get_by_role("radio", name="Another option").check()
    page.get_by_label("Its name").fill(name)
    page.get_by_label("How far it reaches").select_option(value=reach)
    page.get_by_label("Why it reaches so far").fill(why)


def keep_course(page: Page, room: str) -> None:
    page.goto(f"{room}keep/")
    page.get_by_label("What did you look at?").fill(NOTHING_NEW)
    page.get_by_label("Next checkpoint", exact=True).fill("+25")
    page.get_by_role("button", name="Keep course").click()
    page.wait_for_url(f"**{room}")


def start(page: Page, decision: Decision) -> None:
    page.goto(decision.get_absolute_url())
    page.get_by_role("button", name="Start executing").click()


def finish(page: Page, decision: Decision) -> None:
    show(page, decision.incident.get_absolute_url(), f"finish {decision.reference}", "done")
    page.goto(f"{decision.get_absolute_url()}done/")
    page.get_by_role("checkbox", name=f"finish {decision.reference}").check()
    page.get_by_role("button", name="It is done").click()
    expect(page.get_by_text("Executed, not verified").first).to_be_visible()


def check(page: Page, decision: Decision) -> None:
    page.goto(f"{decision.get_absolute_url()}verify/")
    page.get_by_role("link", name="Capture a verification run").click()
    capture(page, f"probe {decision.reference}", "0 conflicts")
    page.get_by_label("What the run showed").fill("No conflicts, as before the incident.")
    page.get_by_role("button", name="Verified").click()
    expect(page.locator(".page-head")).to_contain_text("Verified")


def test_a_split_database_is_lived_as_it_was(db: None, world: World, visit: Visits) -> None:
    mara, jonas, ken, tomas = (visit(who, "/") for who in ("mara", "jonas", "ken", "tomas"))
    incident = declare(mara)
    room = incident.get_absolute_url()
    staff(world, incident, deputy="tomas")

    # The flag went off before anybody wrote a record; its proof is older than the form.
    show(jonas, room, "flagctl split_writes off", "off in 2 of 2 coasts")
    act_first(mara, room)
    first = Decision.objects.get(incident=incident)
    expect(mara.locator("#panel-deciding")).to_contain_text("owed")
    mara.get_by_role("link", name="Complete it").click()
    expect(mara.locator("h1")).to_contain_text("Complete the record of D-1")
    fill_in_rest(mara, "The flag")
    mara.get_by_role("button", name="Complete the record").last.click()
    mara.wait_for_url(f"**{room}")
    check(ken, first)

    # Its own name, and what was thought of beside the ladder.
    mara.goto(f"{room}decide/")
    name_own(mara, FAIL_BACK, "bounded", "Orders of forty seconds are merged by hand")
    mara.get_by_text("Other ways that were thought of").first.click()
    for row, (other, why) in enumerate(NOT_TAKEN, start=1):
        mara.locator(f"#alternative-{row}-name").fill(other)
        mara.locator(f"#alternative-{row}-reason").fill(why)
    fill_in_rest(mara, FAIL_BACK)
    decide(mara, incident)
    second = Decision.objects.get(incident=incident, number=2)
    start(jonas, second)

    # While that runs for hours, replicas are added beside it.
    mara.goto(f"{room}decide/")
    name_own(mara, REPLICAS, "reversible", "A replica is dropped within a minute")
    mara.get_by_label("Or why both can run").fill(BESIDE)
    fill_in_rest(mara, REPLICAS)
    decide(mara, incident)
    third = Decision.objects.get(incident=incident, number=3)
    start(jonas, third)
    expect(mara.locator("#panel-deciding")).to_contain_text(REPLICAS)
    expect(mara.locator("#panel-deciding")).to_contain_text(FAIL_BACK)

    # Three checkpoints at which nothing changes are three lines.
    for minutes in (10, 30, 50):
        with clock.at(incident.declared_at + timedelta(minutes=minutes)):
            show(jonas, room, "psql -c lag", f"{60 - minutes} GB behind")
            keep_course(mara, room)

    # Nobody decides at the next one: its deputy takes command, and the page says how.
    due_at = Checkpoint.objects.filter(incident=incident, decision=None).latest("due_at").due_at
    with clock.at(due_at + timedelta(minutes=1)):
        tomas.goto(f"{room}command/")
        tomas.get_by_role("button", name="Take command").click()
        tomas.wait_for_url(f"**{room}")
        expect(tomas.locator(".timeline-entries")).to_contain_text("Tomás Ferreira took command")

    steps = (
        (finish, jonas, third),
        (check, ken, third),
        (finish, jonas, second),
        (check, ken, second),
    )
    for minutes, (step, who, decision) in enumerate(steps, start=2):
        with clock.at(due_at + timedelta(minutes=minutes)):
            step(who, decision)

    with clock.at(due_at + timedelta(minutes=8)):
        # What was written in haste is corrected, and both stand.
        world.note("jonas", incident, "Lag was 60 MB at the worst")
        jonas.goto(room)
        entry = jonas.locator(".timeline-entry", has_text="60 MB").first
        entry.get_by_role("link", name="Correct").click()
        jonas.get_by_label("What should it say?").fill("Lag was 60 GB at the worst")
        jonas.get_by_role("button", name="Correct it").click()
        jonas.wait_for_url(f"**{room}**")
        timeline = jonas.locator(".timeline-entries")
        expect(timeline).to_contain_text("60 MB")
        expect(timeline).to_contain_text("60 GB")

    ended_at = close(world, tomas, incident, due_at + timedelta(minutes=10))
    with clock.at(ended_at):
        made(incident)
    tomas.goto(f"{room}package/")
    for words in (FAIL_BACK, REPLICAS, "done first", "took command", "60 GB", *NOT_TAKEN[0]):
        expect(tomas.locator(".document")).to_contain_text(words)

    # As it was while both ran, and what the metrics make of it.
    at = int((third.execution.started_at - incident.declared_at).total_seconds()) + 1
    tomas.goto(f"{room}as-of/?t={at}")
    expect(tomas.locator("main")).to_contain_text(f"Before it: D-2 {FAIL_BACK} (being executed)")
    expect(tomas.locator("main")).not_to_contain_text("took command")
    figures = figures_of(tomas, incident)
    # The flag was off before it was declared here.
    assert float(figures["mitigate_minutes"]) <= 0
    assert round(float(figures["recover_minutes"])) == 80
    assert (figures["checkpoints_kept"], figures["checkpoints_of"]) == ("4", "7")


def figures_of(page: Page, incident: Incident) -> dict[str, str]:
    """The incident's line of the data behind the charts."""
    text = page.request.get("/numbers/csv/").text().lstrip("\ufeff")
    lines = list(csv.DictReader(text.splitlines()))
    return next(line for line in lines if line["incident"] == incident.reference)


def close(world: World, page: Page, incident: Incident, now: datetime) -> datetime:
    """What the gate asks for, a minute each; when it was closed."""
    room = incident.get_absolute_url()

    def tidy() -> None:
        """One checkpoint stays ahead; the others were of what has ended."""
        keep_course(page, room)
        for checkpoint in list(Checkpoint.objects.due_by(clock.now()).filter(incident=incident)):
            page.goto(f"{room}{checkpoint.reference}/cancel/")
            page.get_by_label("Why").fill("Both are verified")
            page.get_by_role("button", name="Cancel CP").click()
            page.wait_for_url(f"**{room}")

    steps = (
        lambda: escalate(page, room),
        lambda: tell(world, incident, "investigating", "Orders may be missing"),
        lambda: tell(world, incident, "mitigating", "Writing in one place again"),
        lambda: recovered(page, room, "Orders are complete again"),
        lambda: own_risks(page, room),
        lambda: harden(page, room),
        tidy,
    )
    for minutes, step in enumerate(steps):
        with clock.at(now + timedelta(minutes=minutes)):
            step()
    ended_at = now + timedelta(minutes=len(steps))
    with clock.at(ended_at):
        page.goto(f"{room}gate/")
        state(page)
        page.get_by_role("button", name=f"Close {incident.reference}").click()
        expect(page.locator("h1")).to_have_text(f"Watching {incident.reference}")
    return ended_at

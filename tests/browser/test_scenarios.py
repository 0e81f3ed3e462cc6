"""The playbook's three scenarios, each from its signal to a verified mitigation, by hand."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from incidents.actions import checkpoints, roles
from incidents.models import Incident
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from tests.browser.conftest import Visits
from tests.browser.test_live import open_parts
from tests.browser.world import World
from tests.helpers.decision_inputs import prepare_decision

OWNERS = {
    LaneKind.INVESTIGATION: "priya",
    LaneKind.MITIGATION: "jonas",
    LaneKind.COMMUNICATION: "aisha",
    LaneKind.VERIFICATION: "ken",
}
REASONS = ("The flag does not cover this path.", "The cause is not confirmed.", "Takes too long.")

pytestmark = pytest.mark.usefixtures("db")


def declare(page: Page, scenario: str, title: str) -> Incident:
    """From the scenario, on one screen, as the signal comes in."""
    page.goto(f"/declare/?scenario={scenario}")
    expect(page.get_by_label("What is wrong?")).to_have_value(title)
    page.get_by_label("SEV-1").check()
    page.get_by_role("button", name="Declare", exact=False).last.click()
    expect(page.locator("h1")).to_have_text(title)
    return Incident.objects.latest("declared_at")


def staff(world: World, incident: Incident, **named: str) -> None:
    """Owners, readiness and a first checkpoint: what the test of the main job does by hand."""
    now, mara = clock.now(), world.people["mara"]
    for lane, who in OWNERS.items():
        roles.assign(
            mara.as_actor(),
            incident.pk,
            role=RoleName.LANE_OWNER,
            lane=lane,
            person=world.people[who],
            now=now,
        )
    for role, who in named.items():
        person = world.people[who]
        roles.assign(mara.as_actor(), incident.pk, role=RoleName(role), person=person, now=now)
    prepare_decision(incident, mara, now)
    due = now + timedelta(minutes=15)
    checkpoints.schedule(mara.as_actor(), incident.pk, due_at=due, purpose="First", now=now)


def fill_in(page: Page, option: str, choice: str = "Continue", **more: str) -> None:
    """The whole Checkpoint Decision Record for one option; ``more`` are labels and texts."""
    open_parts(page)
    page.locator("#id_option").get_by_role("radio", name=option).check()
    fill_in_rest(page, option, choice, **more)


def fill_in_rest(page: Page, option: str, choice: str = "Continue", **more: str) -> None:
    """All but the option, which is chosen already."""
    open_parts(page)
    page.get_by_label("Impacted scope").fill("Every third request of the service.")
    page.get_by_role("group", name="Evidence reviewed").get_by_role(
        "checkbox", name="git log"
    ).check()
    page.get_by_label("Another risk").fill(f"What {option.lower()} may leave behind.")
    page.get_by_label("Next action").fill(f"{option}, now")
    page.get_by_label("Its deadline").fill("+20")
    page.locator("#id_choice").get_by_role("radio", name=choice).check()
    reasons = page.get_by_label("Rejected because").locator("visible=true")
    for field, reason in zip(reasons.all(), REASONS, strict=False):
        field.fill(reason)
    page.get_by_label("Why now").fill("Every minute adds failures.")
    page.get_by_label("Why not the default response").fill("The usual way is not open.")
    page.get_by_label("How fast can it be undone").fill("Undone within a minute.")
    page.get_by_label("What can get worse").fill("The old path takes the whole load.")
    page.get_by_label("What exactly proves it worked").fill("Failure rate below 0.5 %.")
    page.get_by_role("radio", name="L3 Consistent").check()
    for label, text in more.items():
        page.get_by_label(label.replace("_", " ")).fill(text)


def decide(page: Page, incident: Incident) -> None:
    page.get_by_role("button", name="Decide").last.click()
    expect(page).to_have_url(incident_url(page, incident))


def incident_url(page: Page, incident: Incident) -> str:
    return page.evaluate("location.origin") + incident.get_absolute_url()


def capture(page: Page, line: str, output: str) -> None:
    page.get_by_label("Command line").fill(line)
    page.get_by_label("Output or text").fill(output)
    page.get_by_label("Exit code").fill("0")
    page.get_by_role("button", name="Capture").click()


def execute(page: Page, incident: Incident, decision: str) -> None:
    """The execution owner is led from the room: start, show proof, done."""
    page.goto(incident.get_absolute_url())
    page.locator("#next [data-key=D]").click()
    page.get_by_role("button", name="Start executing").click()
    page.get_by_role("link", name="It is done").click()
    page.get_by_role("link", name="Capture the output").click()
    capture(page, f"run {decision}", f"{decision} applied everywhere")
    page.get_by_role("checkbox", name=f"run {decision}").check()
    page.get_by_role("button", name="It is done").click()
    expect(page.get_by_text("Executed, not verified").first).to_be_visible()


def verify(page: Page, incident: Incident, decision: str) -> None:
    """The verification owner is led from the room: a fresh run, what it showed, verified."""
    page.goto(incident.get_absolute_url())
    page.locator("#next [data-key=D]").click()
    page.get_by_role("link", name="Capture a verification run").click()
    capture(page, f"probe {decision}", "failure rate 0.3 %")
    page.get_by_label("What the run showed").fill("0.3 %, as before the incident.")
    page.get_by_role("button", name="Verified").click()
    expect(page.locator(".page-head")).to_contain_text("Verified")


@pytest.fixture
def people(visit: Visits) -> Mapping[str, Page]:
    return {who: visit(who, "/") for who in ("mara", "jonas", "ken")}


def test_auth_token_failure(world: World, people: Mapping[str, Page]) -> None:
    mara = people["mara"]
    incident = declare(mara, "auth-token-failure", "Auth token failure after release")
    staff(world, incident)

    mara.goto(f"{incident.get_absolute_url()}decide/")
    fill_in(mara, "Feature-flag disable")
    decide(mara, incident)
    execute(people["jonas"], incident, "D-1")
    verify(people["ken"], incident, "D-1")

    expect(mara.locator("#panel-deciding")).to_contain_text("Verified")
    expect(mara.locator("#panel-blueprint")).to_contain_text("One option executed: D-1")
    expect(mara.locator(".timeline-entries")).to_contain_text("D-1 verified.")


def test_billing_state_mismatch(world: World, people: Mapping[str, Page], visit: Visits) -> None:
    """Two people sign; until both have, nothing is executed."""
    mara, tomas = people["mara"], visit("tomas", "/")
    incident = declare(mara, "billing-state-mismatch", "Billing state mismatch")
    staff(world, incident, data_owner="tomas")

    mara.goto(f"{incident.get_absolute_url()}decide/")
    fill_in(mara, "Write freeze")
    decide(mara, incident)
    deciding = mara.locator("#panel-deciding")
    expect(deciding).to_contain_text("Waiting for signatures")
    expect(deciding).to_contain_text("Tomás Ferreira, data owner")
    jonas = people["jonas"]
    jonas.goto(f"{incident.get_absolute_url()}D-1/")
    expect(jonas.get_by_role("button", name="Start executing")).to_have_count(0)

    tomas.goto(incident.get_absolute_url())
    tomas.locator("#next").get_by_role("link", name="Read and sign D-1").click()
    tomas.get_by_role("button", name="Sign as data owner").click()
    expect(deciding).to_contain_text("Not started")
    execute(jonas, incident, "D-1")
    verify(people["ken"], incident, "D-1")

    expect(deciding).to_contain_text("Verified")


def test_permission_leak(world: World, people: Mapping[str, Page]) -> None:
    """The hotfix is refused until rollback and revocation are executed with proof."""
    mara = people["mara"]
    incident = declare(mara, "permission-leak", "Permission leak in edge flow")
    staff(world, incident)

    mara.goto(f"{incident.get_absolute_url()}decide/")
    fill_in(mara, "Targeted hotfix")
    mara.get_by_role("button", name="Decide").last.click()
    refusal = mara.locator("#refusal")
    expect(refusal).to_contain_text("Before a hotfix come full rollback and access revocation")
    expect(refusal.get_by_role("listitem")).to_have_count(1)

    steps = (("Full rollback", "Rollback"), ("Access revocation", "Continue"))
    for number, (option, choice) in enumerate((*steps, ("Targeted hotfix", "Continue")), start=1):
        mara.goto(f"{incident.get_absolute_url()}decide/")
        fill_in(mara, option, choice)
        decide(mara, incident)
        execute(people["jonas"], incident, f"D-{number}")
        verify(people["ken"], incident, f"D-{number}")

    expect(mara.locator("#panel-deciding")).to_contain_text("Targeted hotfix")
    expect(mara.locator("#panel-deciding")).to_contain_text("Verified")

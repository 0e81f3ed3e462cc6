"""Nothing that somebody typed is lost, and nothing is written twice."""

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Incident
from incidents.rules.decision.hints import hints
from tests.browser.conftest import Visits
from tests.browser.world import World
from warroom.demo import PASSWORD

TEXT = "Refresh tokens of the old signer still pass in two regions."


def _kept_here(page: Page) -> int:
    return page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('warroom-kept')).length"
    )


@pytest.mark.case("P4")
def test_a_draft_saves_itself_and_is_there_again(visit: Visits, world: World) -> None:
    incident = world.declare(evidence_channel="#here")
    page = visit("mara", f"/INC-{incident.pk}/checkpoints/")
    page.get_by_role("button", name="Schedule a checkpoint").click()
    page.goto(f"/INC-{incident.pk}/CP-1/")
    with page.expect_response("**/draft/"):
        page.get_by_label("Why now").fill(TEXT)
    expect(page.locator("#draft-state")).to_contain_text("Your draft was saved at")
    page.reload()
    expect(page.get_by_label("Why now")).to_have_value(TEXT)
    expect(page.locator("#draft-state")).to_contain_text("is back")
    # Typed, and the page left at once: the click is not waited for.
    page.get_by_label("Why now").press("End")
    page.get_by_label("Why now").press_sequentially(" And a third.")
    page.get_by_role("link", name="Back to the room").click()
    saved = "async (path) => (await (await fetch(path)).text()).includes('And a third.')"
    page.wait_for_function(saved, arg=f"/INC-{incident.pk}/CP-1/")
    page.close()
    elsewhere = visit("mara", f"/INC-{incident.pk}/CP-1/")
    expect(elsewhere.get_by_label("Why now")).to_have_value(f"{TEXT} And a third.")


def test_examples_in_empty_statements_follow_the_option(visit: Visits, world: World) -> None:
    incident = world.declare(evidence_channel="#here")
    page = visit("mara", f"/INC-{incident.pk}/checkpoints/")
    page.get_by_role("button", name="Schedule a checkpoint").click()
    page.goto(f"/INC-{incident.pk}/CP-1/")
    undone = page.get_by_label("How fast can it be undone?")
    expect(undone).to_have_attribute("placeholder", "In how many minutes, by what")

    page.locator("#option-hold").check()
    expect(undone).to_have_attribute("placeholder", hints("hold")["reversibility"])
    page.locator("#option-own").check()
    expect(undone).to_have_attribute("placeholder", hints("")["reversibility"])


def test_what_is_typed_survives_a_reload_until_it_is_sent(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.get_by_label("What is known?").fill(TEXT)
    page.reload()
    expect(page.get_by_label("What is known?")).to_have_value(TEXT)
    expect(page.get_by_text("What you had typed here is back.")).to_be_visible()
    page.get_by_role("button", name="Declare").click()
    expect(page.locator("#refusal")).to_be_visible()
    expect(page.get_by_label("What is known?")).to_have_value(TEXT)
    # A second tab has words of its own, and takes none away.
    tab = page.context.new_page()
    tab.goto("/declare/")
    tab.get_by_label("What is known?").fill("Another matter")
    page.get_by_label("What is wrong?").fill("Old signer still accepted")
    page.get_by_label("SEV-3").check()
    page.get_by_role("button", name="Declare").click()
    expect(page.locator("h1")).to_have_text("Old signer still accepted")
    page.goto("/declare/")
    expect(page.get_by_label("What is known?")).to_have_value("Another matter")
    tab.get_by_label("What is known?").fill("")
    tab.close()
    page.get_by_label("What is known?").fill("")


def test_back_and_sent_again_is_written_once(visit: Visits, world: World) -> None:
    """The browser fills in again what was sent, in a page with a key of its own."""
    incident = world.declare()
    page = visit("mara", f"/INC-{incident.pk}/risks/")
    text = page.locator("main form textarea").first
    text.fill("Old tokens stay valid for an hour")
    page.get_by_role("button", name="Add the risk").click()
    expect(page.locator("main")).to_contain_text("RISK-1")

    page.go_back()
    expect(text).to_have_value("Old tokens stay valid for an hour")
    page.get_by_role("button", name="Add the risk").click()
    expect(page.locator("main")).to_contain_text("RISK-1")

    assert incident.risks.count() == 1


def test_what_was_taken_is_forgotten_though_the_next_page_ran_no_script(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.get_by_label("What is wrong?").fill("Left before it had loaded")
    page.get_by_label("SEV-3").check()
    page.route("**/*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.get_by_role("button", name="Declare").click()
    expect(page.locator("h1")).to_have_text("Left before it had loaded")
    page.unroute("**/*.js")
    page.goto("/declare/")
    expect(page.get_by_label("What is wrong?")).to_have_value("")
    assert _kept_here(page) == 0


def test_signing_out_forgets_what_was_typed(visit: Visits) -> None:
    page = visit("noor", "/declare/")
    page.get_by_label("What is known?").fill(TEXT)
    assert _kept_here(page) == 1
    page.get_by_role("banner").get_by_text("Noor Haddad").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert _kept_here(page) == 0


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_writes_once(visit: Visits, script: bool) -> None:
    title = f"Pressed twice, script {script}"
    page = visit("mara", "/declare/", java_script_enabled=script)
    page.get_by_label("What is wrong?").fill(title)
    page.get_by_label("SEV-3").check()
    page.get_by_role("button", name="Declare").dblclick()
    expect(page.locator("h1")).to_have_text(title)
    assert Incident.objects.filter(title=title).count() == 1


def test_a_session_that_ends_while_typing_costs_nothing(visit: Visits) -> None:
    page = visit("tomas", "/declare/")
    page.get_by_label("What is wrong?").fill("Session ended meanwhile")
    page.get_by_label("SEV-2").check()
    page.get_by_label("What is known?").fill(TEXT)
    page.context.clear_cookies(name="sessionid")
    with page.expect_response("**/declare/") as answer:
        page.get_by_role("button", name="Declare").click()
    assert answer.value.status == 401
    expect(page.get_by_role("heading", name="Your session ended")).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("User name or mail").fill("tomas")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("What you had typed is back; nothing was sent.")).to_be_visible()
    expect(page.get_by_label("What is wrong?")).to_have_value("Session ended meanwhile")
    expect(page.get_by_label("SEV-2")).to_be_checked()
    expect(page.get_by_label("What is known?")).to_have_value(TEXT)


def test_signing_in_again_in_another_tab_leaves_open_forms_working(
    visit: Visits, world: World
) -> None:
    incident = world.declare(evidence_channel="#here")
    room = visit("mara", f"/INC-{incident.pk}/")
    form = room.context.new_page()
    form.goto(f"/INC-{incident.pk}/severity/")
    tab = room.context.new_page()
    tab.goto("/accounts/logout/")
    tab.locator("main").get_by_role("button", name="Sign out").click()
    tab.get_by_label("User name or mail").fill("mara")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.locator("h1")).to_have_text("Home")

    room.get_by_label("Note for the timeline").fill(TEXT)
    with room.expect_response("**/notes/") as noted:
        room.locator(".composer .button-primary").click()
    form.get_by_label("SEV-3").check()
    form.get_by_label("Why").fill("Only the old signer")
    form.get_by_role("button", name="Change severity").click()

    assert noted.value.status == 204
    expect(form.locator("#panel-bar")).to_contain_text("SEV-3")


def test_a_button_stays_under_the_pointer_that_presses_it(visit: Visits) -> None:
    """A press takes the focus from the field, whose change is asked about before the press ends."""
    page = visit("mara", "/INC-42/decide/")
    unmet = page.locator("#unmet").get_by_role("listitem")
    expect(unmet).not_to_have_count(0)
    before = unmet.count()
    page.get_by_label("Why now").fill("Every minute adds failures.")
    box = page.locator(".summary-actions button").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    page.mouse.down()
    expect(unmet).to_have_count(before - 1)
    page.mouse.up()

    expect(page.locator("#refusal")).to_be_visible()


def test_how_a_time_is_read_moves_nothing(visit: Visits) -> None:
    page = visit("mara", "/INC-42/checkpoints/")
    button = page.get_by_role("button", name="Schedule a checkpoint")
    before = button.bounding_box()
    page.get_by_label("Due").fill("+25")
    expect(page.get_by_text("Read as")).to_be_visible()

    assert button.bounding_box() == before

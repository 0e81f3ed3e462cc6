"""What one writes the others see: within a second, once, in order, and only while they may."""

import json
import re
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from incidents.actions import roles
from incidents.models import Incident
from incidents.vocabulary import RoleName
from kernel import clock
from lanes.actions import notes
from tests.browser.conftest import Visits
from tests.browser.world import World
from tests.helpers import decision_inputs
from tests.helpers.tiers import in_tier

LIVE_MS = in_tier(test=10_000, prove=1_000)
"""Milliseconds from the moment of commit to the other browser. ``make test`` shares its processors
with whatever else the machine does; a page that is live asks by itself only after 15 s."""

CUT_OFF = in_tier(test=15_000, prove=5_000)
BACK = in_tier(test=60_000, prove=20_000)


class Line:
    """The way to the server's sockets, which can be cut and mended."""

    def __init__(self, page: Page) -> None:
        self.open = True
        self._sockets: list[WebSocketRoute] = []
        page.context.route_web_socket("**/ws/**", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if not self.open:
            socket.close(code=1011)
            return
        self._sockets.append(socket)
        socket.connect_to_server()

    def says(self, message: dict[str, Any]) -> None:
        """What a server would say that has lost its channel layer, or has it again."""
        for socket in self._sockets:
            socket.send(json.dumps(message))

    def cut(self) -> None:
        self.open = False
        for socket in self._sockets:
            socket.close(code=1011)
        self._sockets.clear()


def live(page: Page, incident: Incident) -> Page:
    page.goto(incident.get_absolute_url())
    expect(page.locator(".connection")).to_contain_text("Live")
    return page


def entries(page: Page) -> Any:
    return page.locator(".timeline-entries")


def said(page: Page) -> list[str]:
    """The notes in the room's timeline, oldest first."""
    found = page.locator(".timeline-entry[data-kind=Notes] p").all_inner_texts()
    return [text.removeprefix("Note. ") for text in reversed(found)]


def test_a_note_is_seen_at_once(visit: Visits, world: World) -> None:
    incident = world.declare()
    page, other = live(visit("mara"), incident), live(visit("ken"), incident)
    page.get_by_label("Note for the timeline").fill("eu-west recovers")
    with page.expect_response("**/notes/"):
        page.get_by_role("button", name="Add", exact=True).click()
    expect(entries(other)).to_contain_text("eu-west recovers", timeout=LIVE_MS)
    expect(entries(page)).to_contain_text("eu-west recovers", timeout=LIVE_MS)
    expect(page.get_by_label("Note for the timeline")).to_have_value("")


def test_a_correction_marks_its_entry_at_once_and_the_author_needs_one_press(
    visit: Visits, world: World
) -> None:
    incident = world.declare()
    noor = world.people["noor"]
    note = notes.add_note(noor.as_actor(), incident.pk, text="eu-west only", now=clock.now())
    page, other = live(visit("noor"), incident), live(visit("ken"), incident)
    entry = f'.timeline-entry[data-seq="{note.seq}"]'
    expect(other.locator(f"{entry} .entry-correct")).to_be_hidden()

    page.locator(f"{entry} .entry-correct").click()
    page.get_by_label("What should it say?").fill("eu-west and eu-north")
    page.get_by_role("button", name="Correct it").click()

    expect(entries(other)).to_contain_text("eu-west and eu-north", timeout=LIVE_MS)
    expect(other.locator(f"{entry} .entry-corrected")).to_have_text(f"Corrected in #{note.seq + 1}")
    expect(page.locator(f"{entry} .entry-corrected")).to_have_count(1)
    other.reload()
    expect(other.locator(f"{entry} .entry-corrected")).to_have_count(1)


def test_an_owner_is_seen_at_once(visit: Visits, world: World) -> None:
    incident = world.declare()
    page, other = visit("mara", f"/INC-{incident.pk}/roles/"), live(visit("ken"), incident)
    page.get_by_label("Role").select_option("Verification owner")
    page.get_by_label("Person").select_option("Noor Haddad")
    with page.expect_response("**/roles/"):
        page.get_by_role("button", name="Name an owner").click()
    expect(entries(other)).to_contain_text("Noor Haddad", timeout=LIVE_MS)
    expect(other.locator("#panel-lanes .lane-verification")).to_contain_text(
        "Noor Haddad", timeout=LIVE_MS
    )


def ready(world: World) -> tuple[Incident, dict[str, Any]]:
    """An incident at its first checkpoint, and the fields of a decision that is accepted."""
    incident, now = world.declare(evidence_channel="#inc"), clock.now()
    people = world.people
    world.schedule(incident)
    cited = decision_inputs.capture_evidence(incident, people["mara"], now)
    fields = decision_inputs.decision_form_data(cited, people["jonas"], people["ken"])
    return incident, fields | {"override_reason": "A third of sign-ins fail."}


def open_parts(page: Page) -> None:
    """Unfold what the decision form has filled in."""
    folded = page.locator("details.derived:not([open]) > summary")
    while folded.count():
        folded.first.click()


def fill(page: Page, fields: dict[str, Any]) -> None:
    open_parts(page)
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            field = page.locator(f"main [name={name}]")
            match field.first.evaluate("field => field.type"):
                case "radio" | "checkbox":
                    page.locator(f"main [name={name}][value='{one}']").check()
                case "select-one":
                    field.select_option(str(one))
                case _:
                    field.fill(str(one))


def test_a_decision_is_seen_at_once(visit: Visits, world: World) -> None:
    incident, fields = ready(world)
    page, other = visit("mara", f"/INC-{incident.pk}/CP-1/"), live(visit("ken"), incident)
    fill(page, fields)
    with page.expect_response("**/CP-1/") as answer:
        page.get_by_role("button", name="Decide").click()
    assert answer.value.status == 302
    expect(entries(other)).to_contain_text("Decision D-1", timeout=LIVE_MS)
    expect(other.locator("#panel-deciding")).to_contain_text(
        "Current decision D-1", timeout=LIVE_MS
    )


def test_fifty_entries_slept_through_come_once_and_in_order(visit: Visits, world: World) -> None:
    incident = world.declare()
    page = visit("ken")
    line = Line(page)
    live(page, incident)
    page.context.set_offline(True)
    line.cut()
    expect(page.locator(".connection")).to_contain_text("Reconnecting")
    texts = [f"Reading {number}" for number in range(1, 51)]
    for text in texts:
        world.note("mara", incident, text)
    expect(page.locator(".lost")).to_contain_text("Live updates paused")
    assert said(page) == []
    line.open = True
    page.context.set_offline(False)
    expect(page.locator(".connection")).to_contain_text("Live", timeout=BACK)
    expect(entries(page)).to_contain_text("Reading 50")
    assert said(page) == texts
    expect(page.get_by_text("50 entries arrived while you were away").first).to_be_visible()
    world.note("mara", incident, "And one more")
    expect(entries(page)).to_contain_text("And one more", timeout=LIVE_MS)
    assert said(page) == [*texts, "And one more"]


def test_without_a_socket_the_room_polls_and_says_so(visit: Visits, world: World) -> None:
    incident = world.declare()
    page = visit("ken")
    line = Line(page)
    live(page, incident)
    line.cut()
    expect(page.locator(".connection")).to_contain_text("Polling", timeout=BACK)
    world.note("mara", incident, "Seen by polling")
    expect(entries(page)).to_contain_text("Seen by polling")
    line.open = True
    expect(page.locator(".connection")).to_contain_text("Live", timeout=BACK)
    assert said(page) == ["Seen by polling"]


def test_beside_a_socket_that_stands_the_room_polls_seldom(visit: Visits, world: World) -> None:
    """Else a crowd would ask the server to death in the very moment that Redis is away."""
    incident = world.declare()
    page = visit("ken")
    page.clock.install(time=clock.now())
    line, asked = Line(page), []
    live(page, incident)
    page.on("request", lambda one: asked.append(one.url) if "/live/?" in one.url else None)
    line.says({"type": "degraded", "seq": 0})
    expect(page.locator(".connection")).to_contain_text("Polling")
    for _ in range(15):
        page.clock.run_for(1_000)
        page.evaluate("fetch('/healthz').then((answer) => answer.text())")
    assert 1 <= len(asked) <= 2
    world.note("mara", incident, "Pushed all the same")
    expect(entries(page)).to_contain_text("Pushed all the same")

    line.cut()
    before = len(asked)
    for _ in range(15):
        page.clock.run_for(1_000)
        page.evaluate("fetch('/healthz').then((answer) => answer.text())")
    assert len(asked) - before >= 3


def test_who_is_removed_stops_receiving_and_is_told(visit: Visits, world: World) -> None:
    incident = world.declare(restricted=True)
    mara, noor = world.people["mara"], world.people["noor"]
    roles.add_participant(mara.as_actor(), incident.pk, person=noor, now=clock.now())
    page, witness = live(visit("noor"), incident), live(visit("mara"), incident)
    roles.remove_participant(mara.as_actor(), incident.pk, person=noor, now=clock.now())
    expect(page.locator(".lost")).to_contain_text("no longer take part", timeout=CUT_OFF)
    expect(page.locator(".connection")).to_contain_text("Stopped")
    world.note("mara", incident, "Not for everybody")
    expect(entries(witness)).to_contain_text("Not for everybody")
    assert "Not for everybody" not in page.content()
    answer = page.reload()
    assert answer is not None
    assert answer.status == 404


def test_who_signs_out_stops_receiving_and_is_told(visit: Visits, world: World) -> None:
    incident = world.declare()
    page, witness = live(visit("noor"), incident), live(visit("mara"), incident)
    tab = page.context.new_page()
    tab.goto("/accounts/logout/")
    tab.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.locator(".lost")).to_contain_text("signed out", timeout=CUT_OFF)
    expect(page.locator("#announce-now")).to_contain_text("signed out")
    world.note("mara", incident, "Only for who is here")
    expect(entries(witness)).to_contain_text("Only for who is here")
    assert "Only for who is here" not in page.content()


def test_the_composer_keeps_a_note_that_could_not_be_sent(visit: Visits, world: World) -> None:
    incident = world.declare()
    page = live(visit("mara"), incident)
    note, add = (
        page.get_by_label("Note for the timeline"),
        page.locator(".composer .button-primary"),
    )
    page.context.set_offline(True)
    note.fill("Written in a tunnel")
    add.click()
    expect(page.locator(".composer .field-problem")).to_contain_text("Your note stays here")
    expect(note).to_have_value("Written in a tunnel")
    page.context.set_offline(False)
    add.click()
    expect(entries(page)).to_contain_text("Written in a tunnel")
    expect(note).to_have_value("")
    expect(page.locator(".composer .field-problem")).to_be_hidden()


def test_what_is_in_use_is_not_replaced(visit: Visits, world: World) -> None:
    incident, actor = world.declare(), world.people["mara"].as_actor()
    page = live(visit("mara"), incident)
    page.get_by_role("button", name="Command").click()
    owner = {"role": RoleName.LANE_OWNER, "lane": "verification", "person": world.people["ken"]}
    roles.assign(actor, incident.pk, **owner, now=clock.now())
    deputy = {"role": RoleName.DEPUTY, "person": world.people["tomas"]}
    roles.assign(actor, incident.pk, **deputy, now=clock.now())
    expect(page.locator("#panel-lanes")).to_contain_text("Ken Ito")
    expect(page.locator("#command-menu")).to_be_visible()
    expect(page.locator("#panel-bar .command-facts")).not_to_contain_text("Tomás Ferreira")
    page.keyboard.press("Escape")
    expect(page.locator("#panel-bar .command-facts")).to_contain_text("Tomás Ferreira")


def test_nothing_moves_under_a_pointer_that_presses(visit: Visits, world: World) -> None:
    incident = world.declare()
    page, other = live(visit("mara"), incident), live(visit("tomas"), incident)
    box = page.locator("#panel-lanes .lane-mitigation a").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    owner = {"role": RoleName.LANE_OWNER, "lane": "investigation", "person": world.people["ken"]}
    roles.assign(world.people["mara"].as_actor(), incident.pk, **owner, now=clock.now())
    expect(entries(page)).to_contain_text("Ken Ito", timeout=LIVE_MS)
    expect(other.locator("#panel-lanes")).to_contain_text("Ken Ito", timeout=LIVE_MS)
    expect(page.locator("#panel-lanes")).not_to_contain_text("Ken Ito")
    page.mouse.up()

    expect(page).to_have_url(re.compile("mitigation"))
    page.go_back()
    expect(page.locator("#panel-lanes")).to_contain_text("Ken Ito")


def test_a_note_half_written_outlives_all_that_arrives(visit: Visits, world: World) -> None:
    incident = world.declare()
    page = live(visit("mara"), incident)
    note = page.get_by_label("Note for the timeline")
    note.press_sequentially("I am still")
    world.note("ken", incident, "Meanwhile")
    roles.assign(
        world.people["mara"].as_actor(),
        incident.pk,
        role=RoleName.DEPUTY,
        person=world.people["tomas"],
        now=clock.now(),
    )
    expect(entries(page)).to_contain_text("Meanwhile")
    expect(page.locator("#panel-bar")).to_contain_text("Tomás Ferreira")
    expect(note).to_be_focused()
    note.press_sequentially(" writing")
    expect(note).to_have_value("I am still writing")

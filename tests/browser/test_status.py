"""The status page as its readers meet it: without script, live with it, calm and light."""

import gzip
import time
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from django.db import transaction
from playwright.sync_api import Response, expect

from comms.status import rendering, store
from comms.status.invalidate import mark_changed_step
from comms.vocabulary import Progress, SurfaceState
from incidents.models import Incident, Surface
from kernel import clock
from tests.browser.accessibility import problems
from tests.browser.conftest import TIMEOUT_MS, Visits
from tests.browser.world import World
from tests.comms.delivery.receiving import receiving
from tests.comms.status.published import over, say
from tests.helpers.factories import SurfaceFactory
from warroom.settings import BASE_DIR

WITHIN = 1000
"""Milliseconds from publishing to its being seen."""

HEAVY = 60_000
"""Bytes over the wire for a first visit."""


def render() -> None:
    """As a worker does when it is asked to."""
    with transaction.atomic():
        mark_changed_step()
    rendering.render(clock.now())


def served(world: World, words: str) -> None:
    """Return once the server answers with these words."""
    until = time.monotonic() + TIMEOUT_MS / 1000
    while words not in httpx.get(f"{world.app.url}/status/").text:
        assert time.monotonic() < until, f"{words} is not served"


@pytest.fixture
def exports(world: World) -> Surface:
    return SurfaceFactory(name="Exports", description="Files to take away")


@pytest.fixture
def told(world: World, exports: Surface) -> Iterator[Incident]:
    """Exports are down, which is worse than what the demo tells of; over after the test."""
    store._client(store._url()).delete(store.key())
    incident = world.declare()
    say(incident, clock.now(), {exports: SurfaceState.MAJOR}, headline="No file can be exported")
    render()
    served(world, "Exports is down")
    yield incident
    over(incident, clock.now(), exports, headline="No file can be exported")
    render()


def test_without_script_it_reads_completely(visit: Visits, told: Incident) -> None:
    page = visit("", "/status/", java_script_enabled=False)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Exports is down")
    expect(page.get_by_text("About one in three attempts to sign in fails.").last).to_be_visible()
    expect(page.locator(".surfaces li", has_text="Exports")).to_contain_text("1 day with trouble")
    expect(page.get_by_text("Times are shown in UTC")).to_be_visible()
    expect(page.get_by_text("Days are counted in UTC.")).to_be_visible()
    page.get_by_role("link", name="No file can be exported").first.click()
    expect(page.locator(".status-update")).to_have_count(1)
    page.get_by_role("link", name="How everything is doing").click()
    page.get_by_role("link", name="Older days").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The last 90 days")


def test_an_update_appears_by_itself(visit: Visits, told: Incident, exports: Surface) -> None:
    page = visit("", "/status/")
    expect(page.locator("#status-connection")).to_contain_text("updates itself")
    link = page.get_by_role("link", name="Older days").first
    link.focus()

    words = "We switched off the part that causes it."
    say(
        told,
        clock.now(),
        {exports: SurfaceState.MAJOR},
        progress=Progress.MITIGATING,
        mitigation=words,
    )
    render()

    expect(page.get_by_text(words)).to_be_visible(timeout=WITHIN)
    expect(page.locator("#status-said")).to_contain_text("This page has changed")
    expect(link).to_be_focused()
    over(told, clock.now(), exports, headline="No file can be exported")
    render()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Exports is down")
    assert "Exports" not in page.title()


def test_times_are_those_of_the_reader(visit: Visits, told: Incident) -> None:
    page = visit("", "/status/", timezone_id="Asia/Tokyo")

    expect(page.locator("#status-connection")).to_contain_text("Asia/Tokyo")
    update = page.locator(".status-incident", has_text="No file").locator(".status-update time")
    at = update.first.get_attribute("datetime")
    shown = page.evaluate(
        "at => new Date(at).toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit'})", at
    )
    expect(update.first).to_have_text(shown)


@pytest.mark.case("Z5")
def test_days_are_those_of_the_reader(visit: Visits, world: World, exports: Surface) -> None:
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    incident = world.declare()
    said = {"headline": "Files came late"}
    say(incident, midnight - timedelta(minutes=10), {exports: SurfaceState.DEGRADED}, **said)
    over(incident, midnight + timedelta(minutes=20), exports, **said)
    render()
    served(world, "Files came late")

    for zone, days in {"UTC": 2, "Australia/Sydney": 1}.items():
        page = visit("", "/status/history/", timezone_id=zone)
        rows = page.locator(".history > li", has_text="Files came late")
        expect(page.locator("#status-connection")).to_contain_text(zone)
        expect(rows).to_have_count(days)
        local = midnight.astimezone(ZoneInfo(zone))
        expect(rows.first.locator("> span")).to_have_text(f"{local:%a} {local.day} {local:%B}")
        expect(page.locator(".history > li")).to_have_count(90)
        page.goto(page.url.replace("history/", ""))
        row = page.locator(".surfaces li", has_text="Exports")
        expect(page.get_by_text("Days are those of your zone.")).to_be_visible()
        expect(row.locator(".day-part")).to_have_count(days)


# What the widget does where npm could not be asked for it: the same request, the same words.
STAND_IN = """
customElements.define("statuspage-widget", class extends HTMLElement {
  async connectedCallback() {
    const answer = await fetch(new URL("/api/v2/summary.json", this.getAttribute("src")));
    this.textContent = (await answer.json()).status.description;
  }
});
"""


def test_the_widget_of_statuspage_shows_our_state_on_a_page_elsewhere(
    visit: Visits, world: World, told: Incident
) -> None:
    widget = BASE_DIR / ".tools" / "status-widget.js"
    with receiving() as elsewhere:
        elsewhere.headers = {"content-type": "text/html"}
        # The widget's bundle assigns a name that it does not declare.
        head = '<link rel="icon" href="data:,"><script>var parcelRequire;</script>'
        elsewhere.body = f'{head}<statuspage-widget src="{world.app.url}">'.encode()
        page = visit("", f"http://{elsewhere.place}/")
        page.add_script_tag(content=widget.read_text() if widget.exists() else STAND_IN)

        expect(page.locator("statuspage-widget")).to_contain_text("Major Service Outage")


@pytest.mark.parametrize("where", ["front", "history", "incident"])
def test_it_is_readable_by_all(visit: Visits, told: Incident, where: str) -> None:
    paths = {
        "front": "/status/",
        "history": "/status/history/",
        "incident": f"/status/incidents/{told.bulletin.code}/",
    }

    assert problems(visit("", paths[where])) == []


def _on_the_wire(answer: Response) -> int:
    """Bytes; a file that only production compresses counts as it is sent there."""
    sizes = answer.request.sizes()
    body = sizes["responseBodySize"]
    if "content-encoding" not in answer.headers:
        body = len(gzip.compress(answer.body()))
    return body + sizes["responseHeadersSize"]


def test_it_is_light_and_asks_nobody_else(visit: Visits, told: Incident) -> None:
    page = visit()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/status/")
    page.wait_for_load_state("networkidle")
    total = sum(_on_the_wire(answer) for answer in answers)

    assert len({answer.url.split("/")[2] for answer in answers}) == 1
    assert 0 < total < HEAVY

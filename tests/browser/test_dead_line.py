"""A line that died without saying so: pages are fresh again within ten seconds of its healing."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import Page, Request, expect

from comms.status import rendering
from comms.status.invalidate import mark_changed_step
from comms.vocabulary import SurfaceState
from incidents.actions import roles
from incidents.models import Incident, Surface
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from lanes.actions import add_note
from tests.browser.conftest import Visits
from tests.browser.world import World
from tests.comms.status.published import over, say
from tests.helpers.dropping_proxy import DroppingProxy, dropping_proxy
from tests.helpers.factories import SurfaceFactory

FRESH_MS = 10_000
STEP_MS = 250
SILENCE_MS = 30_000
MIN_ANSWERS, MAX_ANSWERS = 10, 500


@pytest.fixture
def proxy(world: World) -> Iterator[DroppingProxy]:
    address = urlsplit(world.app.url)
    with dropping_proxy("127.0.0.1", address.port or 0) as proxy:
        yield proxy


def _run(
    page: Page,
    server: str,
    milliseconds: int,
    until: Callable[[], bool] = lambda: False,
    *,
    asked: set[Request] | None = None,
) -> int:
    """Let the page's clock run, with a moment for its requests at each step; how long it took.

    The moment is an answer of the server long, and with ``asked`` as many as it takes until the
    page has its own: it gives a request up by its clock, which must not run ahead of a server
    that other work holds up.
    """
    for elapsed in range(0, milliseconds, STEP_MS):
        if until():
            return elapsed
        page.clock.run_for(STEP_MS)
        for answer in range(1 if asked is None else MAX_ANSWERS):
            page.request.get(f"{server}/healthz")
            if answer >= MIN_ANSWERS and not asked:
                break
    return milliseconds


def _asked(page: Page) -> set[Request]:
    """What the page asks from now on and has no answer to yet."""
    waiting: set[Request] = set()
    # Playwright takes no method of a set.
    page.on("request", lambda request: waiting.add(request))
    page.on("requestfinished", lambda request: waiting.discard(request))
    page.on("requestfailed", lambda request: waiting.discard(request))
    return waiting


@pytest.fixture
def invoices(world: World) -> Iterator[tuple[Incident, Surface]]:
    """Works for readers of the status page until a test says otherwise, and afterwards again."""
    incident, surface = world.declare(), SurfaceFactory(name="Invoices")
    yield incident, surface
    over(incident, clock.now(), surface, headline="No invoice can be sent")
    _render()


def _render() -> None:
    with transaction.atomic():
        mark_changed_step()
    rendering.render(clock.now())


@pytest.mark.case("P3")
def test_pages_are_fresh_and_live_within_ten_seconds(
    proxy: DroppingProxy, visit: Visits, world: World, invoices: tuple[Incident, Surface]
) -> None:
    """Room, lane, home and status page at once, on a clock of their own: several seconds.

    The proxy comes before the pages, and so ends after them: a page that reconnects meanwhile would
    be refused, which is a fault in its console.
    """
    incident, surface = invoices
    base = f"http://localhost:{proxy.port}"
    pages = {
        "room": visit("ken", base_url=base),
        "home": visit("jonas", base_url=base),
        "lane": visit("noor", base_url=base),
        "status": visit("", base_url=base),
    }
    room = incident.get_absolute_url()
    paths = {"room": room, "home": "/", "lane": f"{room}lanes/verification/", "status": "/status/"}
    for name, page in pages.items():
        page.clock.install(time=clock.now())
        page.goto(paths[name])
    for name in ("room", "home", "lane"):
        expect(pages[name].locator(".connection")).to_contain_text("Live")
    expect(pages["status"].locator("#status-connection")).to_contain_text("updates itself")

    # Silence, long enough that every page has noticed it and hangs in connecting.
    proxy.drop()
    world.note("mara", incident, "Written in the silence")
    of_lane = {"text": "Checked in the silence", "lane": LaneKind.VERIFICATION}
    add_note(world.people["mara"].as_actor(), incident.pk, **of_lane, now=clock.now())
    owner = {"role": RoleName.LANE_OWNER, "lane": LaneKind.VERIFICATION}
    jonas = world.people["jonas"]
    actor = world.people["mara"].as_actor()
    roles.assign(actor, incident.pk, person=jonas, **owner, now=clock.now())
    say(incident, clock.now(), {surface: SurfaceState.MAJOR}, headline="No invoice can be sent")
    _render()
    for name in ("room", "home", "lane"):
        _run(pages[name], world.app.url, SILENCE_MS)
        expect(pages[name].locator(".connection")).to_contain_text("Reconnecting")

    asked = {name: _asked(page) for name, page in pages.items()}
    proxy.heal()
    # What a browser does when its reader looks at it again.
    pages["status"].evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    fresh = {
        "room": pages["room"].get_by_text("Written in the silence").first.is_visible,
        "home": lambda: pages["home"].get_by_text(incident.reference).count() > 0,
        "lane": pages["lane"].get_by_text("Checked in the silence").first.is_visible,
        "status": pages["status"].get_by_text("No invoice can be sent").first.is_visible,
    }
    took = {
        name: _run(page, world.app.url, 2 * FRESH_MS, fresh[name], asked=asked[name])
        for name, page in pages.items()
    }
    assert max(took.values()) <= FRESH_MS, took
    for name in ("room", "home", "lane"):
        sign = pages[name].locator(".connection")
        live = lambda sign=sign: "Live" in sign.inner_text()  # noqa: E731
        took[name] += _run(pages[name], world.app.url, 2 * FRESH_MS, live, asked=asked[name])
    assert max(took.values()) <= FRESH_MS, took

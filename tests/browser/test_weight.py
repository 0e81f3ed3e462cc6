"""A first visit to a room is light, as production serves it; nothing jumps while entries arrive."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect

from incidents.models import Incident
from tests.browser.conftest import DESK, PHONE, Visits
from tests.browser.test_live import BACK, live
from tests.browser.world import World
from warroom.server.uvicorn_options import OPTIONS

MAX_BYTES = 150_000
TIMEOUT_SECONDS = 120
TWO_FRAMES = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
LAPTOP = {"width": 1100, "height": 800}

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  if (!one.hadRecentInput) shifts.push(...one.sources.map(({ node }) => node?.outerHTML ?? "?"));
})).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def production(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over files that were collected, as an installation has them."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    env = os.environ | {
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
        "STATIC_ROOT": str(tmp_path_factory.mktemp("static")),
        "DEMO": "false",
        "SECRET_KEY": settings.SECRET_KEY,
    }
    run: dict[str, Any] = {"cwd": settings.BASE_DIR, "env": env, "stderr": subprocess.DEVNULL}
    collect = ["manage.py", "collectstatic", "--no-input", "--verbosity", "0", "--ignore", "admin"]
    subprocess.run([sys.executable, *collect], check=True, **run)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd, url = listener.fileno(), f"http://localhost:{listener.getsockname()[1]}"
        serve = ["uvicorn", "warroom.asgi:application", *OPTIONS, "--fd", str(fd)]
        web = subprocess.Popen([sys.executable, "-m", *serve], pass_fds=[fd], **run)
        try:
            httpx.get(f"{url}/healthz", timeout=TIMEOUT_SECONDS).raise_for_status()
            yield url
        finally:
            web.terminate()
            web.wait(TIMEOUT_SECONDS)


def carried(page: Page) -> dict[str, int]:
    """Bytes of each answer with its headers, filled while the page loads."""
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    told = page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        names[event["requestId"]] = event["request"]["url"]

    def answered(event: dict[str, Any]) -> None:
        url = names[event["requestId"]]
        sizes[url] = sizes.get(url, 0) + int(event["encodedDataLength"])

    told.on("Network.requestWillBeSent", asked)
    told.on("Network.loadingFinished", answered)
    told.send("Network.enable")
    return sizes


def test_a_first_visit_is_light(visit: Visits, world: World, production: str) -> None:
    for number in range(150):
        world.note("ken", world.incident, f"Reading {number}: four of five regions recover")
    page = visit("mara", base_url=production)
    sizes = carried(page)

    page.goto(world.incident.get_absolute_url())
    expect(page.locator(".connection")).to_contain_text("Live", timeout=BACK)
    page.wait_for_load_state("networkidle")

    assert len([url for url in sizes if "/static/js/live/" in url]) > 5
    assert sum(sizes.values()) <= MAX_BYTES, sizes
    names = [Path(urlsplit(url).path).name for url in sizes if "/static/" in url]
    assert all(len(name.split(".")) > 2 for name in names), "not the hashed files"


def test_every_module_was_named_by_the_page(visit: Visits, world: World) -> None:
    page = visit("mara")
    loaded: set[str] = set()
    page.on("request", lambda request: loaded.add(urlsplit(request.url).path))
    for path in ("/", "/INC-42/", "/INC-42/lanes/mitigation/"):
        loaded.clear()
        page.goto(path)
        expect(page.locator(".connection")).to_contain_text("Live", timeout=BACK)
        links = page.locator("link[rel=modulepreload]")
        named = set(links.evaluate_all("all => all.map(one => one.getAttribute('href'))"))
        assert {one for one in loaded if one.startswith("/static/js/")} == named


def steady(page: Page, incident: Incident) -> Page:
    page.add_init_script(SHIFTS)
    live(page, incident)
    page.locator("#presence details").wait_for()
    return page


def written(world: World, incident: Incident, count: int) -> str:
    for number in range(1, count + 1):
        world.note("ken", incident, f"Reading {number}: eu-west recovers, the others stay at 0.3 %")
    return f"Reading {count}:"


def settled(page: Page) -> None:
    """No list is held or scrolls by itself any more, and two frames were drawn since."""
    expect(page.locator(".timeline-scroll.is-held")).to_have_count(0)
    expect(page.locator(".timeline-scroll")).to_have_js_property("scrollTop", 0)
    page.evaluate(TWO_FRAMES)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize("size", [DESK, LAPTOP, PHONE], ids=["desk", "laptop", "phone"])
def test_nothing_moves_by_itself_while_entries_arrive(
    visit: Visits, world: World, size: dict[str, int], motion: str
) -> None:
    incident = world.declare()
    page = steady(visit("mara", viewport=size, reduced_motion=motion), incident)
    page.evaluate("shifts.length = 0")

    last = written(world, incident, 50)

    expect(page.locator(".timeline-entry").first).to_contain_text(last, timeout=BACK)
    settled(page)
    assert page.evaluate("shifts") == []


def test_nothing_moves_where_somebody_reads(visit: Visits, world: World) -> None:
    incident = world.declare()
    written(world, incident, 60)
    page = steady(visit("mara"), incident)
    page.locator(".timeline-scroll").evaluate("list => list.scrollTo(0, 900)")
    page.evaluate("shifts.length = 0")

    written(world, incident, 50)

    expect(page.get_by_role("button", name="50 new")).to_be_visible(timeout=BACK)
    assert page.evaluate("shifts") == []

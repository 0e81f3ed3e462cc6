"""A first visit to a war room, in Chromium at a quarter of its speed: how heavy, how soon?

The server is one uvicorn process over files as production has them: collected, hashed, compressed.
The room is the demo's with 300 notes more. Beside it stands an empty page with the same stylesheet
and scripts, which goes live by the same socket: what a room costs more is the room. Rounds
alternate; each visit is a new visitor with an empty cache. Counted are the bytes of all answers
with their headers and of the socket's messages until the page rests; timed is from the navigation
until what is next is on the screen (``useful``), and until the socket is live, when all keys work.
Then 50 entries arrive from other people, seen from the top of the timeline and from further down.
Ends with one JSON line of ratios; exit status 1 when a limit is missed.
"""

import json
import os
import re
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.live import UVICORN, environment, free_port, paired
from benchmarks.peers.names import EMPTY_PAGE
from benchmarks.status import started

ROUNDS = int(os.environ.get("ROUNDS", "9"))
SLOWER = float(os.environ.get("SLOWER", "4"))
NOTES = int(os.environ.get("NOTES", "300"))
ARRIVALS = 50
MAX_BYTES = 150_000
MAX_NODES = 1_100
MAX_LIVE_OF_EMPTY = 1.5
TIMEOUT_MS = 180_000
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK = {"width": 1440, "height": 900}

# Seen from the inside: when the sign says Live, what painted first, what blocked, what moved.
WATCH = """
const seen = (window.seen = { live: 0, first: 0, useful: 0, blocked: 0, shift: 0, moved: [] });
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({ type, buffered: true });
watch("paint", (one) => { if (one.name === "first-contentful-paint") seen.first = one.startTime; });
watch("longtask", (one) => { if (!seen.live) seen.blocked += Math.max(0, one.duration - 50); });
watch("layout-shift", (one) => {
  if (one.hadRecentInput) return;
  seen.shift += one.value;
  seen.moved.push(...one.sources.map(({ node }) => node?.id || node?.className || node?.nodeName));
});
new MutationObserver(() => {
  if (!seen.useful && document.querySelector(".next h2, [data-empty]")) {
    seen.useful = -1;
    requestAnimationFrame(() => setTimeout(() => { seen.useful = performance.now(); }));
  }
  const sign = document.querySelector(".connection");
  if (!seen.live && sign?.dataset.state === "live") seen.live = performance.now();
}).observe(document, { subtree: true, childList: true, attributeFilter: ["data-state"] });
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Bytes, and seconds since the navigation began; ``shift`` is that of the loading."""

    files: int
    answers: int
    socket: int
    requests: int
    nodes: int
    first: float
    useful: float
    live: float
    blocked: float
    shift: float

    @property
    def bytes(self) -> int:
        return self.files + self.answers + self.socket


class Wire:
    """What the network carried to one page."""

    def __init__(self, page: Page) -> None:
        self.files = self.answers = self.socket = 0
        self._names: dict[str, str] = {}
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.on("Network.requestWillBeSent", self._asked)
        self.devtools.on("Network.loadingFinished", self._answered)
        self.devtools.on("Network.webSocketFrameReceived", self._heard)
        self.devtools.send("Network.enable")
        self.devtools.send("Network.setCacheDisabled", {"cacheDisabled": False})
        self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    @property
    def requests(self) -> int:
        return len(self._names)

    def _asked(self, event: dict[str, Any]) -> None:
        self._names[event["requestId"]] = event["request"]["url"]

    def _answered(self, event: dict[str, Any]) -> None:
        size = int(event["encodedDataLength"])
        if os.environ.get("EACH"):
            print(f"{size:8d} {self._names.get(event['requestId'])}")
        if "/static/" in self._names.get(event["requestId"], ""):
            self.files += size
        else:
            self.answers += size

    def _heard(self, event: dict[str, Any]) -> None:
        self.socket += len(event["response"]["payloadData"].encode())


class Room:
    """The demo's incident, as late in the day as a room gets."""

    def __init__(self) -> None:
        from django.core.management import call_command

        from warroom import demo

        for command in ("migrate", "createcachetable"):
            call_command(command, verbosity=0)
        unused = {"ignore_patterns": ["admin"]}
        call_command("collectstatic", verbosity=0, interactive=False, **unused)
        self.people = demo.people()
        self.incident = demo.tell(self.people, demo.surfaces(), datetime.now(UTC))
        self._said = 0
        for _ in range(NOTES):
            self.say()

    def say(self) -> int:
        from lanes.actions import add_note

        self._said += 1
        text = f"Reading {self._said}: error rate back at 0.3 % in four of five regions"
        actor = self.people["ken"].as_actor()
        entry = add_note(actor, self.incident.pk, text=text, now=datetime.now(UTC))
        return int(entry.seq)

    def cookie(self, url: str) -> dict[str, str]:
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(self.people["mara"], "django.contrib.auth.backends.ModelBackend")
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value, "url": url}


def listens(port: int) -> None:
    until = time.monotonic() + TIMEOUT_MS / 1000
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@contextmanager
def visitor(browser: Browser, room: Room, url: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=url, viewport=DESK, locale="en-GB")
    context.set_default_timeout(TIMEOUT_MS)
    context.add_cookies([room.cookie(url)])
    context.add_init_script(WATCH)
    try:
        yield context
    finally:
        context.close()


def empty_page(html: str) -> str:
    """The head of a room's page, and of its body only what goes live: no room, nothing to do."""
    head = html[: html.index("<body")]
    main = re.search(r"<main\b[^>]*>", html)
    if main is None:
        raise SystemExit("The room's page has no main element")
    sign = '<span class="connection" role="status"><span>Not live</span></span>'
    return f"{head}<body>{sign}{main[0]}<h1 data-empty>Nothing here</h1></main></body></html>"


def come(context: BrowserContext, path: str, has_keys: bool = True) -> tuple[Page, Visit]:
    """One first visit; ends when the page has rested for half a second."""
    page = context.new_page()
    wire = Wire(page)
    page.goto(path)
    page.locator(".connection[data-state=live]").wait_for()
    if has_keys:
        page.keyboard.press("n")
        if page.evaluate("document.activeElement.id") != "note":
            raise SystemExit("The room says that it is live, and its keys do not work")
        page.keyboard.press("Escape")
    page.wait_for_load_state("networkidle")
    seen = page.evaluate("seen")
    times = [seen[name] / 1000 for name in ("first", "useful", "live", "blocked")]
    nodes = page.evaluate("document.querySelectorAll('*').length")
    return page, Visit(
        wire.files, wire.answers, wire.socket, wire.requests, nodes, *times, seen["shift"]
    )


def shift(browser: Browser, room: Room, url: str, scrolled: int) -> float:
    """What moved by itself while others wrote."""
    with visitor(browser, room, url) as context:
        page, _ = come(context, room.incident.get_absolute_url())
        page.evaluate("y => document.querySelector('.timeline-scroll').scrollTo(0, y)", scrolled)
        page.evaluate("Object.assign(seen, { shift: 0, moved: [] })")
        last = [room.say() for _ in range(ARRIVALS)][-1]
        if scrolled:
            page.get_by_role("button", name=f"{ARRIVALS} new").wait_for()
        else:
            page.locator(f"[data-seq='{last}']").wait_for()
        page.evaluate("new Promise((done) => setTimeout(done, 500))")
        seen = page.evaluate("seen")
        if seen["moved"]:
            print(f"Moved: {', '.join(sorted(set(map(str, seen['moved']))))}")
        return float(seen["shift"])


def measure(room: Room, url: str, file: Path) -> tuple[dict[str, list[Visit]], dict[str, float]]:
    machine = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread
        browser = playwright.chromium.launch(executable_path=machine, args=FLAGS)
        address = room.incident.get_absolute_url()
        with visitor(browser, room, url) as context:
            file.write_text(empty_page(context.request.get(address).text()))
        paths = {"room": address, "empty": EMPTY_PAGE}
        visits: dict[str, list[Visit]] = {name: [] for name in paths}
        for number in range(ROUNDS + 1):
            for name, path in paths.items():
                with visitor(browser, room, url) as context:
                    visit = come(context, path, has_keys=name == "room")[1]
                if number:
                    visits[name].append(visit)
        places = {"at the top": 0, "scrolled": 600}
        moved = {name: shift(browser, room, url, y) for name, y in places.items()}
        browser.close()
    return visits, moved


FIGURES = ("files", "answers", "socket", "bytes", "requests", "nodes")
TIMES = ("first", "useful", "live", "blocked")


def report(visits: dict[str, list[Visit]], moved: dict[str, float]) -> int:
    room, empty = visits["room"], visits["empty"]
    print(f"{ROUNDS} first visits to each, processor {SLOWER:g} times slower; medians")
    print(f"{'':<12}{'room':>10}{'empty':>10}{'ratio':>8}{'room, worst':>14}")
    for name in FIGURES + TIMES:
        ours, floor = median(room, name), median(empty, name)
        ratio = f"{ours / floor:8.2f}" if floor else f"{'':>8}"
        worst = max(getattr(one, name) for one in room)
        print(f"{name:<12}{ours:10.5g}{floor:10.5g}{ratio}{worst:14.5g}")
    found = {
        "useful_of_empty": ratio_of(visits, "useful"),
        "live_of_empty": ratio_of(visits, "live"),
        "transfer_of_150kB": round(max(one.bytes for one in room) / MAX_BYTES, 3),
        "nodes_of_1100": round(max(one.nodes for one in room) / MAX_NODES, 3),
        "shift_loading": round(max(one.shift for one in room), 4),
        "shift": round(max(moved.values()), 4),
    }
    print(json.dumps(found | {f"shift {name}": round(one, 4) for name, one in moved.items()}))
    good = found["live_of_empty"] <= MAX_LIVE_OF_EMPTY and found["transfer_of_150kB"] <= 1
    return 0 if good and found["nodes_of_1100"] <= 1 and found["shift"] == 0 else 1


def median(visits: list[Visit], name: str) -> float:
    return float(statistics.median(getattr(one, name) for one in visits))


def ratio_of(visits: dict[str, list[Visit]], name: str) -> float:
    """The median of the rounds' ratios."""
    these, those = ([getattr(one, name) for one in visits[page]] for page in ("room", "empty"))
    return paired(these, those)


def main() -> int:
    with environment(), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty-page.html"
        os.environ.update(DEMO="false", STATIC_ROOT=f"{folder}/static", EMPTY_PAGE_FILE=str(file))
        import django

        django.setup()
        room, port = Room(), free_port()
        options = [*UVICORN, "--port", str(port), "benchmarks.peers.page_empty:application"]
        with started("uvicorn", *options):
            listens(port)
            return report(*measure(room, f"http://127.0.0.1:{port}", file))


if __name__ == "__main__":
    raise SystemExit(main())

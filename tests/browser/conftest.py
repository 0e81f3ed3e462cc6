"""A real browser. One for all tests of this folder, a fresh context (a new visitor) for each."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
)

from tests.browser.launch import launched
from tests.browser.world import World, told
from tests.helpers.tiers import in_tier

TIMEOUT_MS = in_tier(test=30_000, prove=10_000)
"""Milliseconds that a page has for what it is asked to do or show, where a test asks no less."""

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

# What Chromium reports by itself, and the tests look at: refusals, and a connection that is away.
EXPECTED = (
    "the server responded with a status of 4",
    "net::ERR_INTERNET_DISCONNECTED",
    "WebSocket connection to",
)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Not for the whole session: Playwright leaves its event loop marked as running in this thread,
    which asynchronous tests of other folders could not work beside. For the same reason Django has
    to be told that its queries are safe here.
    """
    with pytest.MonkeyPatch.context() as patch, launched() as browser:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=TIMEOUT_MS)
        yield browser


@pytest.fixture(scope="package")
def world(chromium: Browser, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), told() as world:
        yield world


@pytest.fixture
def db(world: World) -> None:
    """In place of pytest-django's: nothing is rolled back, a browser would not see it."""


class Visits:
    """Opens pages as people, each with cookies of its own, and hears what their consoles say."""

    def __init__(self, world: World, browser: Browser) -> None:
        self._world, self._browser = world, browser
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def __call__(self, who: str = "", path: str = "", **options: Any) -> Page:
        """A page of the demo's ``who`` (or of nobody), at ``path`` when given.

        Options are those of Playwright's ``new_context``.
        """
        usual = {
            "base_url": self._world.app.url,
            "viewport": DESK,
            "locale": "en-GB",
            "timezone_id": "Europe/Berlin",
            "reduced_motion": "reduce",
        }
        context = self._browser.new_context(**(usual | options))
        self._contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        if who:
            context.add_cookies([self._world.app.session_of(self._world.people[who])])
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        if path:
            page.goto(path)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        bad = message.type in {"error", "warning"}
        if bad and not any(words in message.text for words in EXPECTED):
            self.faults.append(f"{message.type}: {message.text}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visit(db: None, world: World, chromium: Browser) -> Iterator[Visits]:
    """Whatever a test does: no page may break our content policy or throw."""
    visits = Visits(world, chromium)
    yield visits
    visits.close()
    assert visits.faults == []

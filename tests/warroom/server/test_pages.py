"""A browser that leaves at any moment while its page is made."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import AsyncToSync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.helpers.tiers import in_tier
from warroom.server.pages import get_pages

TIMEOUT_SECONDS = 60.0
ROUNDS = in_tier(test=50, prove=5000)
STEP_SECONDS = 2e-6

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/slow/",
    "query_string": b"",
    "headers": [(b"host", b"localhost")],
}


class Departure:
    """When the browser leaves: ``delay`` seconds before the view is called, within it if None."""

    delay: float | None = None
    leave: Callable[[], None]


def leaving(get_response: Any) -> Any:
    """The innermost middleware: from its thread the browser leaves."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if Departure.delay is not None:
            Departure.leave()
            until = time.perf_counter() + Departure.delay
            while time.perf_counter() < until:  # shorter than any sleep
                pass
        response: HttpResponse = get_response(request)
        return response

    return middleware


executors: set[object] = set()
"""In which executor of asgiref each view ran; ``None`` is a thread of its own."""


def slow(request: HttpRequest) -> HttpResponse:
    executors.add(getattr(AsyncToSync.executors, "current", None))
    if Departure.delay is None:
        Departure.leave()
    return HttpResponse("late")


urlpatterns = [path("slow/", slow)]


@pytest.fixture
def finished() -> Any:
    """How many requests came to their end, where connections and files are given back."""
    threads: list[str] = []

    def note(**_: Any) -> None:
        threads.append(threading.current_thread().name)

    request_finished.connect(note)
    yield threads
    request_finished.disconnect(note)


async def test_a_request_ends_in_order_when_its_browser_leaves_meanwhile(
    settings: Any, finished: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [f"{__name__}.leaving"]
    pages = get_pages()
    loop = asyncio.get_running_loop()
    faults: list[str] = []

    for number in range(ROUNDS):
        browser = ApplicationCommunicator(pages, dict(SCOPE))
        queue = browser.input_queue
        Departure.delay = number % 100 * STEP_SECONDS if number else None
        Departure.leave = lambda queue=queue: loop.call_soon_threadsafe(  # type: ignore[misc]
            queue.put_nowait, {"type": "http.disconnect"}
        )
        await browser.send_input({"type": "http.request", "body": b""})
        try:
            await browser.wait(TIMEOUT_SECONDS)
        except Exception as error:  # noqa: BLE001  (what the application raised)
            faults.append(repr(error))

    with caplog.at_level(logging.WARNING):
        await sync_to_async(lambda: None)()
    assert faults == []
    # Where there is no CurrentThreadExecutor, none can be asked for after it has quit.
    assert executors == {None}
    assert len(finished) == ROUNDS
    assert caplog.messages == []

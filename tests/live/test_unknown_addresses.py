"""Sockets at addresses that lead nowhere end with a code that the browser can read."""

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connections

from live.routing import UNKNOWN_ADDRESS
from tests.live.conftest import TIMEOUT_SECONDS
from warroom.asgi import application

HEADERS = [(b"host", b"localhost"), (b"origin", b"http://localhost")]


@pytest.mark.case("F5")
@pytest.mark.parametrize(
    "path",
    [
        "/ws/x/",
        "/ws/",
        "/",
        "/ws/INC-x/",
        "/ws/INC-" + "9" * 5000 + "/",
        "/ws/INC-\x00/",
        "/ws/\ufffd",
    ],
)
async def test_an_unknown_address_ends_with_a_code(path: str) -> None:
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": HEADERS}
    browser = ApplicationCommunicator(application, scope)

    await browser.send_input({"type": "websocket.connect"})

    assert (await browser.receive_output(TIMEOUT_SECONDS))["type"] == "websocket.accept"
    answer = await browser.receive_output(TIMEOUT_SECONDS)
    assert (answer["type"], answer["code"]) == ("websocket.close", UNKNOWN_ADDRESS)
    await browser.wait(TIMEOUT_SECONDS)


@pytest.mark.case("F5")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cookie", [r'"abcdefgh\000ijkl"', "../../x", "a,b", ""])
@pytest.mark.parametrize("path", ["/ws/INC-1/", f"/ws/INC-{10**30}/", "/ws/mine/"])
async def test_a_cookie_that_is_no_session_is_signed_out(path: str, cookie: str) -> None:
    headers = [*HEADERS, (b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())]
    scope = {"type": "websocket", "path": path, "query_string": b"after=%00", "headers": headers}
    browser = ApplicationCommunicator(application, scope)

    await browser.send_input({"type": "websocket.connect"})

    answers = [await browser.receive_output(TIMEOUT_SECONDS) for _ in range(3)]
    assert [answer["type"] for answer in answers] == [
        "websocket.accept",
        "websocket.send",
        "websocket.close",
    ]
    assert answers[-1]["code"] == 4401
    await browser.send_input({"type": "websocket.disconnect", "code": 4401})
    await browser.wait(TIMEOUT_SECONDS)
    await sync_to_async(connections.close_all)()

"""A request that carries too much is refused on its way in, by the application as it is served."""

import contextlib
import http.client
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.db import connections

from incidents.models import Incident, Person
from incidents.rules.evidence import MAX_FILE_BYTES
from incidents.web.uploads import MAX_REQUEST_BYTES
from tests.helpers.live_app import LiveApp
from warroom.asgi import application
from warroom.server.request_limit import BodyLimit

TIMEOUT_SECONDS = 60.0
"""Seconds; it only decides when to give up on a machine that has other work."""
PIECE = 256 * 1024
TOKEN = "a" * 32
WORDS = "Text holds 1 MiB, a file 10 MiB."

pytestmark = pytest.mark.django_db(transaction=True)


def _post(*headers: tuple[bytes, bytes]) -> ApplicationCommunicator:
    fixed = [(b"host", b"localhost"), (b"content-type", b"multipart/form-data; boundary=x")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/declare/",
        "query_string": b"",
        "headers": [*fixed, *headers],
    }
    return ApplicationCommunicator(application, scope)


async def _answer(asked: ApplicationCommunicator) -> tuple[int, dict[bytes, bytes], str]:
    start = await asked.receive_output(TIMEOUT_SECONDS)
    body = await asked.receive_output(TIMEOUT_SECONDS)
    await asked.send_input({"type": "http.disconnect"})
    await asked.wait(TIMEOUT_SECONDS)
    await sync_to_async(connections.close_all)()
    return start["status"], dict(start["headers"]), body["body"].decode()


async def test_a_body_that_says_it_is_too_long_is_refused_before_any_of_it_came() -> None:
    asked = _post((b"content-length", str(MAX_REQUEST_BYTES + 1).encode()))

    status, headers, page = await _answer(asked)

    assert status == 413
    assert WORDS in page
    assert b"Connection" not in headers


async def test_a_body_that_does_not_say_is_refused_at_the_byte_over_the_limit() -> None:
    asked = _post((b"transfer-encoding", b"chunked"))
    for _ in range(MAX_REQUEST_BYTES // PIECE):
        await asked.send_input({"type": "http.request", "body": bytes(PIECE), "more_body": True})
    assert await asked.receive_nothing(0.2)
    await asked.send_input({"type": "http.request", "body": b"1", "more_body": True})

    status, headers, page = await _answer(asked)

    assert status == 413
    assert WORDS in page
    assert headers[b"Connection"] == b"close"


@pytest.fixture
def line(live_app: LiveApp) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(live_app.url).netloc, timeout=TIMEOUT_SECONDS)
    yield connection
    connection.close()


def test_over_the_wire_the_page_comes_after_everything_was_sent(
    line: http.client.HTTPConnection,
) -> None:
    line.request("POST", "/declare/", bytes(2 * MAX_REQUEST_BYTES))

    answer = line.getresponse()

    assert answer.status == 413
    assert WORDS in answer.read().decode()


def test_the_largest_file_with_much_text_still_arrives(
    line: http.client.HTTPConnection, live_app: LiveApp, incident: Incident, commander: Person
) -> None:
    cookie = live_app.session_of(commander)
    fields = {"kind": b"file", "text": b"x" * 1_000_000, "csrfmiddlewaretoken": TOKEN.encode()}
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), said)
        for name, said in fields.items()
    )
    body += b'--x\r\nContent-Disposition: form-data; name="file"; filename="core"\r\n\r\n'
    body += bytes(MAX_FILE_BYTES) + b"\r\n--x--\r\n"
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Cookie": f"{cookie['name']}={cookie['value']}; csrftoken={TOKEN}",
    }

    line.request("POST", f"/{incident.reference}/evidence/new/", body, headers)

    assert line.getresponse().status == 302
    assert incident.evidence.get().size == MAX_FILE_BYTES


async def test_a_body_that_does_not_come_to_its_end_is_given_up() -> None:
    limited = BodyLimit(get_asgi_application(), timeout_seconds=0.3)
    scope = _post((b"content-length", b"1000")).scope
    asked = ApplicationCommunicator(limited, scope)
    await asked.send_input({"type": "http.request", "body": b"a byte", "more_body": True})

    start = await asked.receive_output(TIMEOUT_SECONDS)

    assert (start["status"], dict(start["headers"])[b"connection"]) == (408, b"close")
    assert b"too slowly" in (await asked.receive_output(TIMEOUT_SECONDS))["body"]
    await asked.wait(TIMEOUT_SECONDS)


def test_headers_without_end_are_refused_and_the_next_one_is_served(live_app: LiveApp) -> None:
    place = urlsplit(live_app.url)
    with socket.create_connection((place.hostname, place.port), TIMEOUT_SECONDS) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(256):
                line.sendall(b"x" * 1024)
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = line.recv(100)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{live_app.url}/healthz", timeout=TIMEOUT_SECONDS).status_code == 200

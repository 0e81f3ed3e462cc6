"""A request that carries too much is refused on its way in, by the application as it is served."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connections

from incidents.models import Incident, Person
from incidents.rules.capture import MAX_FILE
from incidents.uploads import LONGEST_REQUEST
from tests.live_app import LiveApp
from warroom.asgi import application

PATIENCE = 5.0
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
    start = await asked.receive_output(PATIENCE)
    body = await asked.receive_output(PATIENCE)
    await asked.send_input({"type": "http.disconnect"})
    await asked.wait(PATIENCE)
    await sync_to_async(connections.close_all)()
    return start["status"], dict(start["headers"]), body["body"].decode()


async def test_a_body_that_says_it_is_too_long_is_refused_before_any_of_it_came() -> None:
    asked = _post((b"content-length", str(LONGEST_REQUEST + 1).encode()))

    status, headers, page = await _answer(asked)

    assert status == 413
    assert WORDS in page
    assert b"Connection" not in headers


async def test_a_body_that_does_not_say_is_refused_at_the_byte_over_the_limit() -> None:
    asked = _post((b"transfer-encoding", b"chunked"))
    for _ in range(LONGEST_REQUEST // PIECE):
        await asked.send_input({"type": "http.request", "body": bytes(PIECE), "more_body": True})
    assert await asked.receive_nothing(0.2)
    await asked.send_input({"type": "http.request", "body": b"1", "more_body": True})

    status, headers, page = await _answer(asked)

    assert status == 413
    assert WORDS in page
    assert headers[b"Connection"] == b"close"


@pytest.fixture
def line(live_app: LiveApp) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(live_app.url).netloc, timeout=PATIENCE)
    yield connection
    connection.close()


def test_over_the_wire_the_page_comes_after_everything_was_sent(
    line: http.client.HTTPConnection,
) -> None:
    line.request("POST", "/declare/", bytes(2 * LONGEST_REQUEST))

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
    body += bytes(MAX_FILE) + b"\r\n--x--\r\n"
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Cookie": f"{cookie['name']}={cookie['value']}; csrftoken={TOKEN}",
    }

    line.request("POST", f"/{incident.reference}/evidence/new/", body, headers)

    assert line.getresponse().status == 302
    assert incident.evidence.get().size == MAX_FILE

"""A line of 100 MB, pasted or uploaded: refused in words, and the process keeps its size.

Measured is the most memory that a real web process ever had, as the kernel counts it.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from incidents.models import Incident, Person
from tests.helpers.web_process import WebProcess, web_process

MEGABYTE = 1024 * 1024
HUGE = 100 * MEGABYTE
ROOM = 64 * MEGABYTE
"""What one request may take at its peak: a form of 4 MiB stands in memory in several shapes."""

TOKEN = "a" * 32
BEGIN = f"csrfmiddlewaretoken={TOKEN}&kind=log&text=".encode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebProcess]:
    with web_process(tmp_path) as web:
        yield web


def peak(web: WebProcess) -> int:
    """Bytes; it never falls."""
    status = Path(f"/proc/{web.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def pasted(size: int) -> Iterator[bytes]:
    yield BEGIN
    yield from _line(size)


def uploaded(size: int) -> Iterator[bytes]:
    yield b'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
    yield TOKEN.encode()
    yield b'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="app.log"\r\n\r\n'
    yield from _line(size)
    yield b"\r\n--x--\r\n"


def _line(size: int) -> Iterator[bytes]:
    for _ in range(size // MEGABYTE):
        yield b"x" * MEGABYTE


def test_it_is_refused_in_words_and_the_process_keeps_its_size(
    web: WebProcess, incident: Incident, commander: Person
) -> None:
    path = f"{incident.get_absolute_url()}evidence/new/"
    with web.visitor(web.session_of(commander)) as browser:
        browser.cookies.set("csrftoken", TOKEN)

        def send(size: int) -> httpx.Response:
            """As a browser does, which says how long it is."""
            headers = FORM | {"Content-Length": str(len(BEGIN) + size)}
            return browser.post(path, content=pasted(size), headers=headers)

        def endless(body: Iterator[bytes], headers: dict[str, str]) -> int:
            """One that does not say is cut off in the middle, perhaps before it heard why."""
            try:
                with browser.stream("POST", path, content=body, headers=headers) as answer:
                    return answer.status_code
            except httpx.TransportError:
                return 413

        # What is loaded with the first is not what a hundred megabytes cost.
        first = [send(2 * MEGABYTE).status_code, send(3 * MEGABYTE).status_code]
        before = peak(web)
        cut = [endless(pasted(HUGE), FORM), endless(uploaded(HUGE), MULTIPART)]
        answers = [send(HUGE), send(5 * MEGABYTE), send(3 * MEGABYTE)]
        grown = peak(web) - before
        after = browser.get(incident.get_absolute_url()).status_code

    assert first == [422, 422]
    assert cut == [413, 413]
    assert [one.status_code for one in answers] == [413, 413, 422]
    assert all("Text holds 1 MiB, a file 10 MiB." in one.text for one in answers[:2])
    assert "1 MiB" in answers[2].text
    assert grown < ROOM
    assert after == 200

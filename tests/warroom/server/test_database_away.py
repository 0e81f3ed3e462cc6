"""The pool, the limits of a statement and of a lock, and what is answered when they are reached.

The web process is a real one; what keeps it waiting is a lock that the test holds in PostgreSQL.
"""

import html
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from incidents.models import Incident, Person
from tests.helpers.web_process import TIMEOUT_SECONDS, WebProcess, database_url, web_process

POOL = 3
MANY = 40
NOTE = 'Tokens are refused since 14:00 <b>& "everywhere"</b>\r\nsecond line'
TOKEN = "a" * 32

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebProcess]:
    """Few connections; whoever waits for one waits as long as it takes."""
    with web_process(tmp_path, DATABASE_POOL=str(POOL), DATABASE_POOL_TIMEOUT="60") as web:
        yield web


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[WebProcess]:
    """Few connections, which may wait longer for a lock than anybody waits for a connection."""
    limits = {"DATABASE_LOCK_TIMEOUT": "60", "DATABASE_STATEMENT_TIMEOUT": "60"}
    with web_process(tmp_path, DATABASE_POOL=str(POOL), DATABASE_POOL_TIMEOUT="1", **limits) as web:
        yield web


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[WebProcess]:
    """Its patience with locks and statements is a second."""
    with web_process(tmp_path, DATABASE_LOCK_TIMEOUT="1", DATABASE_STATEMENT_TIMEOUT="2") as web:
        yield web


@contextmanager
def held(table: str = "incidents_incident") -> Iterator[psycopg.Connection]:
    """While this lasts nobody else reads or writes the table."""
    with psycopg.connect(database_url()) as holding:
        holding.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield holding
        holding.rollback()


def until_waiting(holding: psycopg.Connection, count: int) -> None:
    """Return once so many others wait for the lock that this one holds.

    Other workers' tests have databases of their own on the same server.
    """
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE NOT granted AND datname = current_database()"
    )
    end = time.monotonic() + TIMEOUT_SECONDS
    while holding.execute(waiting).fetchone() != (count,):
        assert time.monotonic() < end, "they do not wait"


def form(person: Person, **fields: str) -> dict[str, str]:
    own = {"csrfmiddlewaretoken": TOKEN, "once": str(uuid4()), "author": str(person.pk)}
    return own | fields


def sent_back(page: str) -> dict[str, str]:
    """The fields of the form in the page, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page, re.DOTALL)
    return {name: html.unescape(value) for name, value in found}


def test_more_requests_than_connections_wait_and_are_all_answered(
    web: WebProcess, incident: Incident, commander: Person
) -> None:
    cookie = web.session_of(commander)

    def look(_: int) -> int:
        with web.visitor(cookie) as browser:
            return browser.get(incident.get_absolute_url()).status_code

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(look, range(MANY)))

    assert answers == [200] * MANY


def test_a_pool_that_stays_exhausted_answers_503_and_then_all_is_well(
    crowded: WebProcess, incident: Incident, commander: Person
) -> None:
    cookie = crowded.session_of(commander)

    def look(_: int) -> httpx.Response:
        with crowded.visitor(cookie) as browser:
            return browser.get(incident.get_absolute_url())

    with ThreadPoolExecutor(POOL) as pool:
        with held() as holding:
            asked = [pool.submit(look, number) for number in range(POOL)]
            until_waiting(holding, POOL)
            refused = look(0)
        answers = [one.result() for one in asked]
    after = look(0)

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "5"
    assert "Warroom has too much to do right now" in refused.text
    assert [one.status_code for one in answers] == [200] * POOL
    assert after.status_code == 200


def test_a_form_that_waited_in_vain_comes_back_and_is_recorded_once(
    hasty: WebProcess, incident: Incident, commander: Person
) -> None:
    fields = form(commander, text=NOTE)
    with hasty.visitor(hasty.session_of(commander)) as browser:
        browser.cookies.set("csrftoken", TOKEN)
        path = f"{incident.get_absolute_url()}notes/"
        with held("incidents_timelineentry"):
            refused = browser.post(path, data=fields)
        typed = sent_back(refused.text)
        taken = [browser.post(path, data=typed) for _ in range(2)]

    assert refused.status_code == 503
    assert "Others were writing here for too long" in refused.text
    assert typed == fields
    assert [one.status_code for one in taken] == [302, 302]
    assert incident.timeline.filter(kind="note.added").count() == 1


def test_a_program_is_told_in_its_own_words(
    hasty: WebProcess, incident: Incident, commander: Person
) -> None:
    with hasty.visitor(hasty.session_of(commander)) as browser, held():
        answer = browser.get(
            f"{incident.get_absolute_url()}live/", headers={"Accept": "application/json"}
        )

    assert (answer.status_code, answer.json()) == (503, {"unavailable": "locked"})


def test_a_password_does_not_come_back(hasty: WebProcess, commander: Person) -> None:
    fields = {"csrfmiddlewaretoken": TOKEN, "login": "commander", "password": "not-this"}
    with hasty.visitor() as browser, held("incidents_person"):
        browser.cookies.set("csrftoken", TOKEN)
        answer = browser.post("/accounts/login/", data=fields)

    assert answer.status_code == 503
    assert "not-this" not in answer.text
    assert sent_back(answer.text)["login"] == "commander"

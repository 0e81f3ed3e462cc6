"""The lines of the log, as JSON and for people: what they are about, and what is not in them."""

import io
import json
import logging
import logging.config
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from celery import shared_task
from django.conf import settings
from django.test import Client
from django.urls import reverse

from incidents.models import Incident, Person
from warroom.operations.request_log import HEADER
from warroom.settings.logging import FORMATS, logging_for

SECRET = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"  # pragma: allowlist secret

pytestmark = pytest.mark.django_db


class Log(io.StringIO):
    def lines(self, logger: str = "") -> list[dict[str, Any]]:
        """The lines as objects; those of one logger when it is named."""
        found = [json.loads(line) for line in self.getvalue().splitlines()]
        return [one for one in found if not logger or one["logger"] == logger]


@pytest.fixture
def log() -> Iterator[Log]:
    yield from written("json")


@pytest.fixture
def spoken() -> Iterator[Log]:
    yield from written("line")


def written(form: str) -> Iterator[Log]:
    """What a process writes with this format, beside what the tests are told."""
    log, root = Log(), logging.getLogger()
    made = logging.config.DictConfigurator(logging_for(form, "INFO"))
    handler = logging.StreamHandler(log)
    handler.setFormatter(made.configure_formatter({"()": FORMATS[form]}))
    before = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield log
    root.removeHandler(handler)
    root.setLevel(before)


def test_each_request_has_one_line_that_says_whose_it_was(
    client: Client, log: Log, incident: Incident, stranger: Person
) -> None:
    client.force_login(stranger)

    answer = client.get(incident.get_absolute_url(), headers={HEADER: "proxy-4711.a"})

    [line] = log.lines("warroom.access")
    assert line.pop("duration_ms") > 0
    assert "T" in line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "warroom.access",
        "message": f"GET /{incident.reference}/ 200",
        "method": "GET",
        "path": f"/{incident.reference}/",
        "view": "room",
        "status": 200,
        "request_id": "proxy-4711.a",
        "incident": incident.pk,
        "person": stranger.pk,
    }
    assert answer[HEADER] == "proxy-4711.a"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("", id="none"),
        pytest.param("short", id="too short to be one"),
        pytest.param("x" * 65, id="too long"),
        pytest.param('"}{"level": "forged" a', id="a text"),
        pytest.param("line\tbreak-of-some-kind", id="a control"),
    ],
)
def test_a_name_that_is_none_is_not_taken_over(client: Client, log: Log, said: str) -> None:
    answer = client.get("/healthz", headers={HEADER: said} if said else {})

    [line] = log.lines("warroom.access")
    assert answer[HEADER] == line["request_id"] != said
    assert len(line["request_id"]) == 32


def test_what_is_logged_meanwhile_carries_the_same_name(client: Client, log: Log) -> None:
    answer = client.get("/no-such-page/")

    told = {one["request_id"] for one in log.lines()}
    assert told == {answer[HEADER]}
    assert {one["logger"] for one in log.lines()} == {"django.request", "warroom.access"}


def test_between_requests_no_line_claims_to_be_of_one(client: Client, log: Log) -> None:
    client.get("/healthz")

    logging.getLogger("warroom.test").info("Nobody's")

    assert "request_id" not in log.lines("warroom.test")[0]


def test_a_secret_is_masked_wherever_it_stands(log: Log) -> None:
    logger = logging.getLogger("warroom.test")
    try:
        raise ValueError(f"It was {SECRET}")
    except ValueError:
        logger.exception("Given %s", SECRET, extra={"answer": f"token {SECRET}"})

    [line] = log.lines("warroom.test")
    assert SECRET not in log.getvalue()
    assert "ValueError: It was" in line["exc_info"]
    assert line["message"].startswith("Given ")


def test_an_address_that_lets_somebody_in_is_not_written_down(client: Client, log: Log) -> None:
    token = "Zm9sbG93ZXI-of-the-status-page"
    client.get(reverse("status-leave", args=[token]))
    client.get(f"/accounts/password/reset/key/3z-{token}/")
    client.get(f"/accounts/password/reset/key/3z-{token}")
    client.get(reverse("first_admin", args=[token]).rstrip("/"))

    assert log.lines("warroom.access")
    assert token not in log.getvalue()


def test_a_task_is_named_in_its_lines_and_in_none_after_it(log: Log) -> None:
    @shared_task(name="test.says")
    def says() -> None:
        logging.getLogger("warroom.test").info("At work")

    says.apply(task_id="task-17")
    logging.getLogger("warroom.test").info("After it")

    within, after = log.lines("warroom.test")
    assert (within["task"], within["task_name"]) == ("task-17", "test.says")
    assert "task" not in after


def test_for_people_it_is_a_line(
    client: Client, spoken: Log, incident: Incident, stranger: Person
) -> None:
    client.force_login(stranger)

    client.get(incident.get_absolute_url(), headers={HEADER: "proxy-4711.a"})
    logging.getLogger("warroom.test").warning("Given %s", SECRET)

    access, other = spoken.getvalue().splitlines()
    assert (
        f" INFO warroom.access: GET /{incident.reference}/ 200 [request_id=proxy-4711.a" in access
    )
    assert f"incident={incident.pk} person={stranger.pk} ms=" in access
    assert " WARNING warroom.test: Given " in other
    assert SECRET not in other


@pytest.mark.parametrize(
    "text",
    ["a\n2026-11-30 10:00:00,000 ERROR warroom: forged", "a\rb", "a\x1b[2Kb", "a\x85b", "a\u2028b"],
)
def test_nobody_forges_a_line_for_people(spoken: Log, text: str) -> None:
    logging.getLogger("warroom.test").warning("Given %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("warroom.test").exception("It failed")

    lines = spoken.getvalue().splitlines()
    assert sum(not line.startswith("  | ") for line in lines) == 2
    assert not set(spoken.getvalue()) & set("\r\x1b\x85\u2028")


def test_a_web_process_prepares_no_access_line_of_uvicorn() -> None:
    """Django's configuration comes after uvicorn's, and must not switch its access log on again."""
    lines = (
        "import logging, uvicorn",
        "uvicorn.Config('warroom.asgi:application', access_log=False).load()",
        "print(logging.getLogger('uvicorn.access').hasHandlers())",
    )

    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False\n"

"""The page for admins: what it says when all is well, and what to do when something is not."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from comms.models import Delivery
from incidents.models import Claim, Incident, Notice, Person
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.factories import START
from tests.markup import markup
from warroom.schedule import heartbeat
from warroom.up.orphans import MARK
from warroom.up.parts import Board

SECRET = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"  # pragma: allowlist secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(client: Client, admin: Person) -> Client:
    client.force_login(admin)
    return client


def shown(client: Client) -> str:
    answer = client.get("/operations/")
    assert answer.status_code == 200
    return markup(answer)


def owed(incident: Incident, person: Person, state: str, late: timedelta) -> None:
    notice = Notice.objects.create(
        incident=incident, person=person, kind="role.given", sentence="", href="/", at=START
    )
    Delivery.objects.create(notice=notice, state=state, next_try_at=clock.now() - late)


def test_all_is_well(inside: Client) -> None:
    heartbeat.note(clock.now())

    page = shown(inside)

    assert "All is well" in page
    assert "PostgreSQL 18" in page
    assert "One tick a second since" in page
    assert "Everything that was to be sent is out." in page
    assert "The database is that of this version." in page


@pytest.mark.parametrize("who", ["commander", "stakeholder"])
def test_it_is_for_admins(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get("/operations/").status_code == 403


def test_an_admin_finds_it_in_the_menu(inside: Client, commander: Person) -> None:
    assert 'href="/operations/"' in markup(inside.get("/"))

    inside.force_login(commander)
    assert 'href="/operations/"' not in markup(inside.get("/"))


def test_without_a_tick_it_says_what_to_do(inside: Client) -> None:
    heartbeat.note(clock.now() - timedelta(minutes=7))

    page = shown(inside)

    assert "1 needs somebody" in page
    assert "The last tick was 8 minutes ago." in page
    assert "See that beat and at least one worker run" in page


def test_a_process_that_is_started_again_is_named_with_its_cause(
    inside: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARK, str(tmp_path))
    board = Board()
    board.keep_in(tmp_path / "parts.json")
    board.started("web")
    board.started("worker")
    board.ended("worker", f"exit code 1: OSError: {SECRET}", 0.5)

    page = shown(inside)
    assert "worker ended by itself" in page
    assert "exit code 1: OSError: " in page
    assert SECRET not in page

    board.started("worker")
    assert "2 run; 1 times one ended by itself and was started again." in shown(inside)


def test_without_valkey_it_says_what_still_works(inside: Client, settings) -> None:
    settings.REDIS_URL = "redis://localhost:1"

    page = shown(inside)

    assert "browsers poll instead, reminders and mail wait" in page


def test_what_waits_too_long_and_what_was_given_up(
    inside: Client, incident: Incident, deputy: Person
) -> None:
    Delivery.objects.all().delete()
    owed(incident, deputy, "waiting", timedelta(minutes=9, seconds=30))
    owed(incident, deputy, "dead", timedelta())

    page = shown(inside)

    assert "1 waits to be sent, the first since 10 minutes, by email." in page
    assert 'href="/admin/comms/delivery/?state__exact=waiting"' in page
    assert 'href="/admin/comms/delivery/?state__exact=dead"' in page
    assert inside.get("/admin/comms/delivery/?state__exact=dead").status_code == 200


def test_due_work_that_fails_is_named_with_its_error_and_no_secret(inside: Client) -> None:
    Claim.objects.create(
        kind="checkpoint.due", subject="CP-1", due_at=START, error=f"OSError: {SECRET}"
    )

    page = shown(inside)

    assert "checkpoint.due (1)" in page
    assert "checkpoint.due of CP-1" in page
    assert "OSError: " in page
    assert SECRET not in page


def test_the_slowest_pages_are_told_by_name(inside: Client) -> None:
    inside.get("/incidents/")

    page = shown(inside)

    assert "The slowest pages" in page


def test_it_renews_itself_with_the_same(inside: Client) -> None:
    part = markup(inside.get("/operations/", headers={"HX-Request": "true"}))

    assert part.lstrip().startswith('<div id="operations"')
    assert "<html" not in part
    assert 'hx-trigger="every 10s"' in part


@pytest.mark.parametrize("many", [1, 3])
def test_it_asks_as_often_for_three_things_as_for_one(
    inside: Client, incident: Incident, deputy: Person, many: int
) -> None:
    for number in range(many):
        owed(incident, deputy, "dead", timedelta())
        owed(incident, deputy, "waiting", timedelta())
        Claim.objects.create(kind=f"k{number}", subject="1", due_at=START, error="x")

    with queries() as asked:
        shown(inside)

    assert len(asked) == 12

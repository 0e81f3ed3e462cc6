"""What Prometheus gets to read, and who may."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from comms.models import Delivery
from incidents.models import Claim, Incident, Notice, Person
from incidents.vocabulary import Group
from kernel import clock
from tests.helpers.factories import START, PersonFactory
from warroom.schedule import heartbeat

TOKEN = "only-for-prometheus-and-its-friends"
BEARER = {"Authorization": f"Bearer {TOKEN}"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _token(settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape(client: Client) -> str:
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return answer.content.decode()


def value(page: str, name: str, **labels: str) -> float | None:
    """Of one sample; ``None`` when there is none."""
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name == name and _fits(sample.labels, labels):
                return sample.value
    return None


def _fits(found: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(found.get(name) == one for name, one in wanted.items())


def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client, settings) -> None:
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": "Bearer somebody-elses"}, id="another"),
        pytest.param({"Authorization": f"Bearer {TOKEN}x"}, id="longer"),
        pytest.param({"Authorization": f"Basic {TOKEN}"}, id="another-scheme"),
        pytest.param({"Authorization": "Bearer ärger"}, id="odd-letters"),
    ],
)
def test_whoever_lacks_the_token_is_refused(client: Client, given: dict[str, str]) -> None:
    answer = client.get("/metrics", headers=given)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"warroom_" not in answer.content


def test_an_admin_without_the_token_is_refused_too(client: Client, admin: Person) -> None:
    client.force_login(admin)

    assert client.get("/metrics").status_code == 401


def test_requests_are_counted_by_view_and_never_by_address(client: Client) -> None:
    labels = {"view": "incidents", "method": "GET", "status": "302"}
    before = value(scrape(client), "warroom_requests_total", **labels) or 0

    client.get("/incidents/")
    client.get("/no-such-page-7c1/")
    client.generic("BREW", "/no-such-page-7c1/")

    page = scrape(client)
    assert value(page, "warroom_requests_total", **labels) == before + 1
    assert value(page, "warroom_request_seconds_count", view="incidents", method="GET")
    assert value(page, "warroom_requests_total", view="nowhere", method="other", status="404")
    assert "no-such-page-7c1" not in page


def test_what_the_database_knows(client: Client, incident: Incident, deputy: Person) -> None:
    now = clock.now()
    heartbeat.note(now - timedelta(seconds=3))
    # Beside what declaring made.
    Delivery.objects.all().delete()
    for number, state in enumerate(["waiting", "waiting", "dead", "sent"]):
        notice = Notice.objects.create(
            incident=incident, person=deputy, kind="role.given", sentence="", href="/", at=START
        )
        due = now - timedelta(seconds=60 * number)
        Delivery.objects.create(notice=notice, state=state, next_try_at=due)
    Claim.objects.create(kind="checkpoint.due", subject="1", due_at=START, error="ValueError: x")
    Claim.objects.create(kind="checkpoint.due", subject="2", due_at=START, claimed_at=START)

    page = scrape(client)

    assert value(page, "warroom_database_up") == value(page, "warroom_redis_up") == 1
    assert 3 <= value(page, "warroom_tick_age_seconds") < 30
    assert value(page, "warroom_outbox_depth", channel="email") == 2
    assert 60 <= value(page, "warroom_outbox_overdue_seconds", channel="email") < 90
    assert value(page, "warroom_deliveries_dead") == 1
    assert value(page, "warroom_claims_failed", kind="checkpoint.due") == 1
    assert value(page, "warroom_migrations_pending") == 0


def test_what_the_gate_refuses_is_counted(client: Client, staffed: Incident) -> None:
    before = value(scrape(client), "warroom_gate_refusals_total")
    client.force_login(staffed.declared_by)
    stated = {"do": "close", "happened": "Keys were refused."}

    assert client.post(f"{staffed.get_absolute_url()}gate/", stated).status_code == 422

    assert value(scrape(client), "warroom_gate_refusals_total") == before + 1


def test_an_answer_for_want_of_the_database_is_counted(client: Client) -> None:
    before = value(scrape(client), "warroom_unavailable_total", why="slow") or 0
    client.raise_request_exception = False

    def stopped(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(30)")

    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr("warroom.operations.figures.read", stopped)
        client.force_login(PersonFactory(groups=[Group.ADMIN]))
        answer = client.get("/operations/")
        transaction.set_rollback(True)

    assert answer.status_code == 503
    assert value(scrape(client), "warroom_unavailable_total", why="slow") == before + 1

"""Whether the process lives, and whether it can serve: what each answer says, and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from kernel import clock
from tests.helpers.counting import queries
from warroom.schedule import heartbeat

pytestmark = pytest.mark.django_db


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_that_the_process_lives_is_asked_of_nobody(client: Client, settings) -> None:
    settings.REDIS_URL = "redis://localhost:1"

    with queries() as asked:
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content, len(asked)) == (200, b"ok\n", 0)


def test_all_is_well(client: Client) -> None:
    heartbeat.note(clock.now())

    status, said = ready(client)

    assert 0 <= said.pop("tick") < heartbeat.LATE.total_seconds()
    assert (status, said) == (
        200,
        {"status": "ok", "database": True, "redis": True, "migrations": [], "status_page": []},
    )


def test_without_a_tick_it_serves_and_says_so(client: Client) -> None:
    status, said = ready(client)
    assert (status, said["status"], said["tick"]) == (200, "degraded", None)

    heartbeat.note(clock.now() - heartbeat.LATE - timedelta(seconds=1))

    status, said = ready(client)
    assert (status, said["status"]) == (200, "degraded")
    assert said["tick"] > 15


def test_a_tick_from_the_future_is_no_tick(client: Client) -> None:
    heartbeat.note(clock.now() + timedelta(hours=1))

    status, said = ready(client)

    assert (status, said["status"]) == (200, "degraded")


def test_without_valkey_it_serves_and_says_so(client: Client, settings) -> None:
    heartbeat.note(clock.now())
    settings.REDIS_URL = "redis://localhost:1"

    status, said = ready(client)

    assert (status, said["status"], said["redis"]) == (200, "degraded", False)


def test_a_database_of_another_version_is_not_served(client: Client) -> None:
    heartbeat.note(clock.now())
    MigrationRecorder.Migration.objects.filter(app="warroom").delete()

    status, said = ready(client)

    assert (status, said["status"]) == (503, "down")
    assert said["migrations"] == ["warroom.0001_last_tick"]


def test_it_costs_three_small_queries(client: Client) -> None:
    with queries() as asked:
        ready(client)

    assert len(asked) == 3

"""Limits of the database: what serving has, what a long job may take, and that it is given back."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from psycopg import errors

from kernel.db_timeouts import raised_db_timeouts

LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

pytestmark = pytest.mark.django_db(transaction=True)


def limits() -> list[str]:
    with connection.cursor() as cursor:
        return [cursor.execute(f"SHOW {name}").fetchone()[0] for name in LIMITS]


def test_whoever_serves_waits_for_seconds() -> None:
    assert limits() == ["30s", "10s", "1min"]


def test_a_long_job_has_its_time_and_gives_it_back() -> None:
    with raised_db_timeouts(timedelta(minutes=2)):
        within = limits()

    assert within == ["2min"] * 3
    assert limits() == ["30s", "10s", "1min"]


def test_a_command_has_all_the_time_there_is() -> None:
    with raised_db_timeouts():
        assert limits() == ["0"] * 3


def test_a_job_that_breaks_its_transaction_leaves_the_usual_limits() -> None:
    with pytest.raises(ZeroDivisionError), raised_db_timeouts(), transaction.atomic():
        raise ZeroDivisionError

    assert limits() == ["30s", "10s", "1min"]


def test_a_statement_over_its_limit_is_stopped_and_the_next_one_is_answered() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '50ms'")
        with pytest.raises(OperationalError) as stopped:
            cursor.execute("SELECT pg_sleep(30)")
        cursor.execute("RESET statement_timeout")

    assert isinstance(stopped.value.__cause__, errors.QueryCanceled)
    assert limits() == ["30s", "10s", "1min"]

"""When somebody is reminded of hardening work."""

from datetime import UTC, date, datetime, timedelta

import pytest

from retros.backlog.reminder_rules import (
    DUE_KIND,
    LATE_KIND,
    SOON_KIND,
    end_of_day,
    last_reminder,
)

DAY = date(2026, 3, 20)
NINE = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
LONG_AGO = NINE - timedelta(days=90)


@pytest.mark.parametrize(
    ("away", "kind", "came"),
    [
        (timedelta(days=-3), SOON_KIND, timedelta(days=-3)),
        (timedelta(seconds=-1), SOON_KIND, timedelta(days=-3)),
        (timedelta(), DUE_KIND, timedelta()),
        (timedelta(days=6, hours=23), DUE_KIND, timedelta()),
        (timedelta(days=7), LATE_KIND, timedelta(days=7)),
        (timedelta(days=13, hours=23), LATE_KIND, timedelta(days=7)),
        (timedelta(days=100), LATE_KIND, timedelta(days=98)),
    ],
    ids=["3 days before", "just before", "the day", "that week", "a week", "its end", "100 days"],
)
def test_each_comes_in_its_time(away: timedelta, kind: str, came: timedelta) -> None:
    assert last_reminder(DAY, LONG_AGO, NINE + away) == (kind, NINE + came)


def test_nothing_comes_before() -> None:
    assert last_reminder(DAY, LONG_AGO, NINE - timedelta(days=3, seconds=1)) is None


@pytest.mark.parametrize(
    ("noted", "now"),
    [(timedelta(days=-2), timedelta(days=-1)), (timedelta(hours=1), timedelta(hours=2))],
    ids=["after the first", "on the day"],
)
def test_what_was_noted_later_is_not_brought_to_mind(noted: timedelta, now: timedelta) -> None:
    assert last_reminder(DAY, NINE + noted, NINE + now) is None


def test_what_was_noted_on_its_day_is_brought_to_mind_a_week_later() -> None:
    week = NINE + timedelta(days=7)

    assert last_reminder(DAY, NINE + timedelta(hours=1), week) == (LATE_KIND, week)


def test_a_day_is_over_at_its_end() -> None:
    assert end_of_day(DAY) == datetime(2026, 3, 21, tzinfo=UTC)

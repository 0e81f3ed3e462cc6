"""Windows of planned work: what they must say, and what may follow what."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comms.rules import maintenance as rules
from comms.vocabulary import MaintenanceState as State

NOW = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def window(**other: Any) -> rules.Window:
    said: dict[str, Any] = {
        "title": "New certificates",
        "text": "Signing in may take longer.",
        "audience": "public",
        "surfaces": 1,
        "starts_at": NOW + HOUR,
        "ends_at": NOW + 2 * HOUR,
    }
    return rules.Window(**(said | other))


def codes(violations: tuple) -> list[tuple[str, str]]:
    return [(one.code, one.field) for one in violations]


def test_a_whole_window_stands() -> None:
    assert rules.plan_violations(window(), NOW) == ()
    assert rules.plan_violations(window(starts_at=NOW - HOUR), NOW) == ()
    assert rules.plan_violations(window(ends_at=NOW + HOUR + rules.MAX_DURATION), NOW) == ()


def test_everything_that_is_missing_is_said_at_once() -> None:
    found = rules.plan_violations(rules.Window("", "n/a", "participants", 0, None, None), NOW)

    assert codes(found) == [
        ("M-TITLE", "title"),
        ("M-TEXT", "text"),
        ("M-AUDIENCE", "audience"),
        ("M-SURFACES", "surfaces"),
        ("M-TIMES", "starts_at"),
        ("M-TIMES", "ends_at"),
    ]


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        (HOUR, HOUR, "It must end after it begins."),
        (-2 * HOUR, timedelta(0), "All of it has passed: choose an end that lies ahead."),
        (HOUR, HOUR + rules.MAX_DURATION + HOUR, "14 days at most"),
    ],
)
def test_odd_times_are_refused(starts: timedelta, ends: timedelta, words: str) -> None:
    (found,) = rules.plan_violations(window(starts_at=NOW + starts, ends_at=NOW + ends), NOW)

    assert (found.code, found.field) == ("M-TIMES", "ends_at")
    assert words in found.sentence


MAY = {
    "change": {State.PLANNED},
    "begin": {State.PLANNED},
    "cancel": {State.PLANNED},
    "end": {State.IN_PROGRESS},
    "extend": {State.IN_PROGRESS, State.DONE},
    "note": {State.PLANNED, State.IN_PROGRESS, State.DONE},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", MAY)
def test_what_may_follow_what(name: str, state: State) -> None:
    found = rules.step_violations(name, state)

    assert (found == ()) is (state in MAY[name])
    assert all(state.label.lower() in one.sentence and one.code == "M-STATE" for one in found)


@pytest.mark.parametrize(
    "after",
    [None, NOW - HOUR, NOW + HOUR, NOW + rules.MAX_DURATION],
    ids=["none", "passed", "no later", "too long"],
)
def test_an_extension_ends_later_and_not_too_late(after: datetime | None) -> None:
    found = rules.extension_violations(NOW - HOUR, NOW + HOUR, after, NOW)

    assert codes(found) == [("M-TIMES", "ends_at")]
    assert rules.extension_violations(NOW - HOUR, NOW + HOUR, NOW + 2 * HOUR, NOW) == ()

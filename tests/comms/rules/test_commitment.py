"""Promises: which still stand, and what time makes of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comms.rules.commitment import Promise, PromiseKind, first_update, open_promises

AT = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def promise(number: int, at: float, by: float | None, audience: str = "public") -> Promise:
    return Promise(number, audience, minute(at), None if by is None else minute(by))


def escalated(number: int, at: float, by: float) -> Promise:
    return replace(promise(number, at, by, ""), kind=PromiseKind.ESCALATION)


OPEN = {
    "nothing-was-said": ([], []),
    "the-only-one": ([promise(1, 0, 20)], [1]),
    "the-last-of-two": ([promise(1, 0, 20), promise(2, 10, 30)], [2]),
    "told-in-any-order": ([promise(2, 10, 30), promise(1, 0, 20)], [2]),
    "recovered-for-good": ([promise(1, 0, 20), promise(2, 10, None)], []),
    "internal-kept-by-a-public-one": ([promise(1, 0, 20, "internal"), promise(2, 10, 30)], [2]),
    "public-not-kept-by-an-internal-one": (
        [promise(1, 0, 20), promise(2, 10, 15, "internal")],
        [2, 1],
    ),
    "public-not-ended-by-an-internal-one": (
        [promise(1, 0, 20), promise(2, 10, None, "internal")],
        [1],
    ),
    "restricted-since": ([promise(1, 0, 20), promise(2, 10, 30, "participants")], [2]),
    "open-again": ([promise(1, 0, 20, "participants"), promise(2, 10, 30, "internal")], [2]),
    "an-escalation-ended-by-an-update": ([escalated(1, 0, 20), promise(1, 10, None)], []),
    "an-escalation-not-ended-by-an-older-update": (
        [escalated(1, 10, 20), promise(3, 0, 15)],
        [3, 1],
    ),
    "an-escalation-ended-by-the-next": ([escalated(1, 0, 20), escalated(2, 10, 30)], [2]),
    "an-update-not-ended-by-an-escalation": ([promise(1, 0, 20), escalated(2, 10, 30)], [1, 2]),
    "the-first-one-not-ended-by-an-escalation": (
        [first_update(7, AT, timedelta(minutes=15)), escalated(1, 5, 25)],
        [1, 1],
    ),
    "recovered-and-came-back": (
        [promise(2, 0, None), replace(promise(2, 30, 30), kind=PromiseKind.CAME_BACK)],
        [2],
    ),
    "corrected-since": (
        [
            promise(2, 0, None, "internal"),
            replace(promise(2, 30, 30, "internal"), kind=PromiseKind.CAME_BACK),
            promise(3, 31, None),
        ],
        [],
    ),
    "among-participants": (
        [promise(1, 0, 20, "participants"), promise(2, 10, 30, "participants")],
        [2],
    ),
}


@pytest.mark.parametrize(("made", "numbers"), OPEN.values(), ids=OPEN)
def test_what_still_stands(made, numbers):
    assert [one.number for one in open_promises(made)] == numbers


OVER_TIME = {
    "long-before": (promise(1, 0, 20), 10, (False, False, False)),
    "a-second-before-the-five-minutes": (promise(1, 0, 20), 14.98, (False, False, False)),
    "five-minutes-before": (promise(1, 0, 20), 15, (True, False, False)),
    "made-within-five-minutes": (promise(1, 0, 4), 1, (False, False, False)),
    "at-its-time": (promise(1, 0, 20), 20, (False, True, False)),
    "within-the-grace": (promise(1, 0, 20), 24.98, (False, True, False)),
    "after-the-grace": (promise(1, 0, 20), 25, (False, True, True)),
    "none-made": (promise(1, 0, None), 60, (False, False, False)),
}


@pytest.mark.parametrize(("made", "at", "expected"), OVER_TIME.values(), ids=OVER_TIME)
def test_what_time_makes_of_it(made, at, expected):
    now = minute(at)

    assert (made.needs_reminding(now), made.is_overdue(now), made.is_lapsed(now)) == expected

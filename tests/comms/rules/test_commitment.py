"""Promises: which still stand, and what time makes of them."""

from datetime import UTC, datetime, timedelta

import pytest

from comms.rules.commitment import Promise, open_promises

AT = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def said(number: int, at: float, by: float | None, audience: str = "public") -> Promise:
    return Promise(number, audience, minute(at), None if by is None else minute(by))


STANDING = {
    "nothing-was-said": ([], []),
    "the-only-one": ([said(1, 0, 20)], [1]),
    "the-last-of-two": ([said(1, 0, 20), said(2, 10, 30)], [2]),
    "told-in-any-order": ([said(2, 10, 30), said(1, 0, 20)], [2]),
    "recovered-for-good": ([said(1, 0, 20), said(2, 10, None)], []),
    "internal-kept-by-a-public-one": ([said(1, 0, 20, "internal"), said(2, 10, 30)], [2]),
    "public-not-kept-by-an-internal-one": ([said(1, 0, 20), said(2, 10, 15, "internal")], [2, 1]),
    "public-not-ended-by-an-internal-one": (
        [said(1, 0, 20), said(2, 10, None, "internal")],
        [1],
    ),
    "restricted-since": ([said(1, 0, 20), said(2, 10, 30, "participants")], [2]),
    "open-again": ([said(1, 0, 20, "participants"), said(2, 10, 30, "internal")], [2]),
    "among-participants": (
        [said(1, 0, 20, "participants"), said(2, 10, 30, "participants")],
        [2],
    ),
}


@pytest.mark.parametrize(("made", "numbers"), STANDING.values(), ids=STANDING)
def test_what_still_stands(made, numbers):
    assert [one.number for one in open_promises(made)] == numbers


OVER_TIME = {
    "long-before": (said(1, 0, 20), 10, (False, False, False)),
    "a-second-before-the-five-minutes": (said(1, 0, 20), 14.98, (False, False, False)),
    "five-minutes-before": (said(1, 0, 20), 15, (True, False, False)),
    "made-within-five-minutes": (said(1, 0, 4), 1, (False, False, False)),
    "at-its-time": (said(1, 0, 20), 20, (False, True, False)),
    "within-the-grace": (said(1, 0, 20), 24.98, (False, True, False)),
    "after-the-grace": (said(1, 0, 20), 25, (False, True, True)),
    "none-made": (said(1, 0, None), 60, (False, False, False)),
}


@pytest.mark.parametrize(("made", "at", "expected"), OVER_TIME.values(), ids=OVER_TIME)
def test_what_time_makes_of_it(made, at, expected):
    now = minute(at)

    assert (made.needs_reminding(now), made.is_overdue(now), made.is_lapsed(now)) == expected

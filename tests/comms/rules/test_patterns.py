"""Executed, and nobody was told."""

from datetime import UTC, datetime, timedelta

import pytest

from comms.rules.patterns import ExecutedChange, unannounced

AT = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    return AT + timedelta(minutes=number)


D1, D2 = ExecutedChange("D-1", minute(0)), ExecutedChange("D-2", minute(20))

MERGED = ExecutedChange("B-1", minute(10), "merged")

ANNOUNCED = {
    "nothing-executed": ([], None, minute(60)),
    "a-second-before-the-quarter": ([D1], None, minute(15) - timedelta(seconds=1)),
    "told-after-it": ([D1], minute(3), minute(60)),
    "told-after-the-last": ([D1, D2], minute(21), minute(60)),
    "told-late": ([D1], minute(40), minute(60)),
}


@pytest.mark.parametrize(("executed", "told", "now"), ANNOUNCED.values(), ids=ANNOUNCED)
def test_told(executed, told, now):
    assert unannounced(executed, told, now) == ()


SILENT = {
    "at-the-quarter": ([D1], None, minute(15), "D-1"),
    "told-before-it": ([D1], minute(-1), minute(30), "D-1"),
    "told-at-its-very-moment": ([D1], minute(0), minute(30), "D-1"),
    "told-only-after-the-first": ([D1, D2], minute(5), minute(35), "D-2"),
    "a-newer-one-hides-no-older-one": ([D1, D2], minute(-1), minute(21), "D-1"),
    "a-merged-branch": ([D1, MERGED], minute(3), minute(25), "B-1"),
}


@pytest.mark.parametrize(("executed", "told", "now", "subject"), SILENT.values(), ids=SILENT)
def test_silent(executed, told, now, subject):
    (found,) = unannounced(executed, told, now)

    assert (found.code, found.subject, found.lane) == ("UNANNOUNCED", subject, "communication")


def test_the_sentence_has_all_that_nobody_was_told_of():
    (pattern,) = unannounced([D2, MERGED, D1], None, minute(30))

    assert pattern.sentence.startswith(
        "D-1 was executed more than 15 minutes ago, B-1 and D-2 since, and nobody was told"
    )

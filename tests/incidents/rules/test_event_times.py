"""When it began and was noticed: shown by evidence, in order, and the gap between them."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.rules.event_times import EventTime, EventTimes, violations

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
KNOWN = frozenset({"E-1", "E-2"})


def at(minute: int, evidence: str = "E-1") -> EventTime:
    return EventTime(NOW + timedelta(minutes=minute), evidence)


CASES = {
    "neither": (EventTimes(), ["ET-NONE"]),
    "only-the-beginning": (EventTimes(began=at(-9)), []),
    "both": (EventTimes(at(-9), at(-2, "E-2")), []),
    "at-once": (EventTimes(at(-9), at(-9)), []),
    "noticed-before-it-began": (EventTimes(at(-2), at(-9)), ["ET-ORDER"]),
    "ahead": (EventTimes(at(-2), at(9)), ["ET-ORDER"]),
    "without-evidence": (EventTimes(at(-9, ""), at(-2, "E-7")), ["ET-SHOWN", "ET-SHOWN"]),
}


@pytest.mark.parametrize(("times", "codes"), CASES.values(), ids=CASES)
def test_what_is_wrong_with_the_times(times: EventTimes, codes: list[str]) -> None:
    assert [problem.code for problem in violations(times, KNOWN, NOW)] == codes


def test_the_gap_is_derived() -> None:
    assert EventTimes(at(-9), at(-2)).gap == timedelta(minutes=7)
    assert EventTimes(began=at(-9)).gap is None

"""How typed times are read: one table for all fields, and the two nights of the year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kernel.typed_time import (
    Reading,
    Tense,
    UnreadableTime,
    ask_which,
    offset_of,
    read_time,
    write_time,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 5, 11, 0, tzinfo=UTC)
"""12:00 in Berlin."""

SECOND_PASS = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
"""02:10 CET, an hour after 02:10 CEST."""

BEFORE_AUTUMN = datetime(2026, 10, 24, 23, 50, tzinfo=UTC)
"""01:50 CEST: 02:00 to 03:00 is to come twice."""

AFTER_SPRING = datetime(2026, 3, 29, 1, 10, tzinfo=UTC)
"""03:10 CEST, ten minutes after 01:59 CET."""


def minutes_from(now: datetime, text: str, tense: Tense, after: datetime | None = None) -> float:
    moment = read_time(text, now, BERLIN, tense, after).moment
    assert moment.tzinfo is UTC
    return (moment - now).total_seconds() / 60


@pytest.mark.case("Z7")
@pytest.mark.parametrize(
    ("text", "ahead", "past"),
    [
        ("+25", 25, 25),
        ("+25 min", 25, 25),
        ("+ 25m", 25, 25),
        ("-25", -25, -25),
        ("2h", 120, -120),
        ("+2h", 120, 120),
        ("1h 30m", 90, -90),
        ("1h30", None, None),
        ("90 min", 90, -90),
        ("2 d", 2880, -2880),
        ("11:59", -1, -1),
        ("12:00", 0, 0),
        ("12:30", 30, 30 - 24 * 60),
        ("00:10", 12 * 60 + 10 - 24 * 60, 12 * 60 + 10 - 24 * 60),
        ("9:05", -175, -175),
        ("11:59:30", -0.5, -0.5),
        ("today 14:08", 128, 128),
        ("tomorrow 06:00", 18 * 60, 18 * 60),
        ("Yesterday  22:00", -14 * 60, -14 * 60),
        ("2026-03-05 12:10", 10, 10),
        ("2026-03-05T12:10", 10, 10),
        ("2026-03-05T12:10:00Z", 70, 70),
        ("2026-03-05 12:10+01:00", 10, 10),
        ("12:10+0100", 10, None),
        ("11:10 UTC", 10, None),
    ],
)
def test_times_are_read_alike_in_every_field(
    text: str, ahead: float | None, past: float | None
) -> None:
    for tense, minutes in ((Tense.FUTURE, ahead), (Tense.PAST, past)):
        if minutes is None and text == "1h30":
            with pytest.raises(UnreadableTime):
                read_time(text, NOON, BERLIN, tense)
        elif minutes is not None:
            assert minutes_from(NOON, text, tense) == minutes


@pytest.mark.parametrize(
    "text",
    [
        *("", "half past", "25", "٣:٠٠", "24:00", "12:60", "+", "h", "+-5", "1e3", "+99999999999"),
        *("2026-13-01 06:00", "0001-01-01 00:00+14:00", "9999-12-31 23:59-12:00", "2026-W10-4"),
        *("20260305T1210", "tomorrow", "2026-12-01", "99999 h", "12:10+99:00", "\x00", "9" * 5000),
    ],
)
@pytest.mark.parametrize("tense", Tense)
def test_what_is_no_time_is_refused(text: str, tense: Tense) -> None:
    with pytest.raises(UnreadableTime):
        read_time(text, NOON, BERLIN, tense)


@pytest.mark.case("P9")
@pytest.mark.parametrize("day", ["2026-12-01", "tomorrow"])
def test_a_day_alone_is_asked_for_its_time(day: str) -> None:
    with pytest.raises(UnreadableTime) as refusal:
        read_time(day, NOON, BERLIN)

    assert refusal.value.sentence == f"Add the time of that day, such as {day} 06:00."


def test_a_clock_time_after_midnight_is_tomorrow() -> None:
    late = NOON.replace(hour=22, minute=50)

    assert minutes_from(late, "00:10", Tense.FUTURE) == 20


def test_a_past_time_that_is_just_ahead_is_not_a_day_old() -> None:
    with pytest.raises(UnreadableTime, match="still ahead"):
        read_time("12:01", NOON, BERLIN, Tense.PAST)


@pytest.mark.case("Z1")
@pytest.mark.parametrize(("text", "minutes"), [("02:50", -20), ("02:05", -5)])
def test_a_start_in_the_second_pass_of_the_double_hour(text: str, minutes: int) -> None:
    assert minutes_from(SECOND_PASS, text, Tense.PAST) == minutes


@pytest.mark.case("Z2")
def test_a_deadline_in_the_second_pass_of_the_double_hour() -> None:
    reading = read_time("02:30", SECOND_PASS, BERLIN)

    assert reading == Reading(SECOND_PASS + timedelta(minutes=20))


@pytest.mark.case("Z2")
@pytest.mark.parametrize("text", ["02:30", "2026-10-25 02:30", "today 02:30"])
def test_both_readings_are_offered_where_both_are_possible(text: str) -> None:
    now = BEFORE_AUTUMN + timedelta(minutes=15)  # 02:05 CEST
    reading = read_time(text, now, BERLIN)

    assert reading == Reading(now + timedelta(minutes=25), now + timedelta(minutes=85))
    assert ask_which(reading, BERLIN).startswith(
        "02:30 comes twice on 25 October, as the clocks go back: 02:30+02:00, then 02:30+01:00."
    )


@pytest.mark.case("Z2")
def test_an_offset_chooses_between_the_two() -> None:
    for offset, hours in (("+02:00", 0), ("+01:00", 1)):
        reading = read_time(f"02:30{offset}", BEFORE_AUTUMN, BERLIN)

        assert reading == Reading(BEFORE_AUTUMN + timedelta(hours=hours, minutes=40))


def test_both_readings_of_a_start_are_offered_nearest_first() -> None:
    reading = read_time("02:05", SECOND_PASS, BERLIN, Tense.PAST)

    assert reading.other == SECOND_PASS - timedelta(minutes=65)


@pytest.mark.case("Z3")
@pytest.mark.parametrize("text", ["02:50", "2026-03-29 02:50", "today 02:50"])
@pytest.mark.parametrize("tense", Tense)
def test_an_hour_that_does_not_exist_is_refused(text: str, tense: Tense) -> None:
    with pytest.raises(UnreadableTime) as refusal:
        read_time(text, AFTER_SPRING, BERLIN, tense)

    assert refusal.value.sentence == (
        "02:50 does not exist on 29 March: the clocks go forward over it."
    )


@pytest.mark.case("Z3")
def test_it_is_refused_ahead_too() -> None:
    with pytest.raises(UnreadableTime, match="does not exist on 29 March"):
        read_time("2026-03-29 02:30", NOON, BERLIN)


@pytest.mark.case("Z4")
def test_the_end_of_a_window_is_the_first_such_time_after_its_begin() -> None:
    at_eleven = NOON - timedelta(hours=1)
    begin = read_time("22:00", at_eleven, BERLIN).moment

    def end(text: str) -> timedelta:
        return read_time(text, at_eleven, BERLIN, after=begin).moment - begin

    assert begin - at_eleven == timedelta(hours=11)
    assert [end(text) for text in ("02:00", "23:30", "22:00", "2h", "+90")] == [
        timedelta(hours=4),
        timedelta(minutes=90),
        timedelta(days=1),
        timedelta(hours=2),
        timedelta(minutes=90),
    ]


def test_a_window_into_the_double_hour_has_two_ends() -> None:
    begin = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)

    reading = read_time("02:30", NOON, BERLIN, after=begin)

    assert reading == Reading(begin + timedelta(hours=3.5), begin + timedelta(hours=4.5))


def test_a_moment_is_written_as_it_is_read() -> None:
    for moment in (NOON, SECOND_PASS, SECOND_PASS - timedelta(hours=1)):
        assert read_time(write_time(moment, BERLIN), NOON, BERLIN).moment == moment
    assert write_time(NOON, BERLIN) == "2026-03-05 12:00"
    assert write_time(SECOND_PASS, BERLIN) == "2026-10-25 02:10+01:00"
    assert offset_of(SECOND_PASS, ZoneInfo("UTC")) == "+00:00"

"""When a room turns by time alone, as a table."""

from datetime import timedelta

import pytest

from incidents.rules.next_change import REFRESH_SLACK, NextChange, next_change
from tests.incidents.rules.example_facts import DECLARED


def after(minutes: float, seconds: float = 0) -> timedelta:
    return timedelta(minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(
    ("now", "due", "at", "duties"),
    [
        pytest.param(after(0), [], after(1, 1), False, id="the first minute"),
        pytest.param(after(9, 59), [], after(10, 1), False, id="a window begins"),
        pytest.param(after(10), [], after(10, 1), False, id="on the limit it has not settled"),
        pytest.param(after(10, 1), [], after(11, 1), False, id="once it has, the next minute"),
        pytest.param(after(14, 30), [], after(15, 1), True, id="the first 15 minutes are over"),
        pytest.param(after(59, 30), [], after(60, 1), False, id="the hour ends"),
        pytest.param(after(60, 1), [], None, False, id="after it only entries change the room"),
        pytest.param(
            after(600), [after(700)], after(700, 1), True, id="but a checkpoint comes due"
        ),
        pytest.param(after(5, 10), [after(5, 30)], after(5, 31), True, id="due within the minute"),
        pytest.param(after(5, 10), [after(6, 3)], after(6, 1), True, id="due while a page looks"),
        pytest.param(after(5, 10), [after(6, 30)], after(6, 1), False, id="due after it looked"),
        pytest.param(after(700, 30), [after(700)], after(701, 1), False, id="one minute late"),
        pytest.param(
            after(803), [after(700), after(900)], after(803, 1), False, id="late, another ahead"
        ),
    ],
)
def test_the_next_moment(
    now: timedelta, due: list[timedelta], at: timedelta | None, duties: bool
) -> None:
    found = next_change(DECLARED + now, DECLARED, [DECLARED + one for one in due])

    assert found == (None if at is None else NextChange(DECLARED + at, duties))


@pytest.mark.parametrize(
    ("now", "at"),
    [
        pytest.param(after(600), after(615, 1), id="it turns then"),
        pytest.param(after(615), after(615, 1), id="on the limit it has not settled"),
        pytest.param(after(615, 1), None, id="and stays so"),
    ],
)
def test_what_turns_once(now: timedelta, at: timedelta | None) -> None:
    found = next_change(DECLARED + now, DECLARED, [], [DECLARED + after(615)])

    assert found == (None if at is None else NextChange(DECLARED + at))


@pytest.mark.parametrize("seconds", range(0, 3700, 37))
def test_it_is_always_ahead_and_in_the_hour_never_far(seconds: int) -> None:
    now = DECLARED + timedelta(seconds=seconds)

    found = next_change(now, DECLARED, [DECLARED + timedelta(minutes=90)])

    assert found is not None
    assert now < found.at
    assert seconds > 3600 or found.at - now <= timedelta(minutes=1, seconds=1) + REFRESH_SLACK

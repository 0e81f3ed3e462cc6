"""The pulse that the tick leaves behind."""

from datetime import timedelta

import pytest

from tests.counting import queries
from tests.factories import START
from warroom import tick
from warroom.kernel import clock
from warroom.operations import beat

SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def test_a_tick_is_known_to_everybody_else() -> None:
    with clock.at(START):
        tick.tick()

    assert (beat.last().at, beat.last().since) == (START, START)


def test_since_when_it_ticks_without_a_gap() -> None:
    late = START + SECOND + beat.LATE + SECOND
    for now in (START, START + SECOND):
        beat.note(now)
    assert (beat.last().at, beat.last().since) == (START + SECOND, START)

    beat.note(late)

    assert (beat.last().at, beat.last().since) == (late, late)


def test_how_long_it_took() -> None:
    with clock.at(START + 2 * SECOND):
        beat.note(START)

    assert beat.last().took == 2


def test_it_costs_the_tick_one_statement() -> None:
    beat.note(START)

    with queries() as asked:
        beat.note(START + SECOND)

    assert len(asked) == 1


def test_a_tick_that_could_not_ask_what_is_due_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(tick, "due", broken)

    with pytest.raises(ZeroDivisionError):
        tick.run(START)

    assert beat.last() is None

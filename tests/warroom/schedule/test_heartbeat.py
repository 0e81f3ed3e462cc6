"""The pulse that the tick leaves behind."""

from datetime import timedelta

import pytest

from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.factories import START
from warroom.schedule import heartbeat, tick

SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def test_a_tick_is_known_to_everybody_else() -> None:
    with clock.at(START):
        tick.tick()

    assert (heartbeat.last().at, heartbeat.last().since) == (START, START)


def test_since_when_it_ticks_without_a_gap() -> None:
    late = START + SECOND + heartbeat.LATE + SECOND
    for now in (START, START + SECOND):
        heartbeat.note(now)
    assert (heartbeat.last().at, heartbeat.last().since) == (START + SECOND, START)

    heartbeat.note(late)

    assert (heartbeat.last().at, heartbeat.last().since) == (late, late)


def test_how_long_it_took() -> None:
    with clock.at(START + 2 * SECOND):
        heartbeat.note(START)

    assert heartbeat.last().took == 2


def test_it_costs_the_tick_one_statement() -> None:
    heartbeat.note(START)

    with queries() as asked:
        heartbeat.note(START + SECOND)

    assert len(asked) == 1


def test_a_tick_that_could_not_ask_what_is_due_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(tick, "due", broken)

    with pytest.raises(ZeroDivisionError):
        tick.run(START)

    assert heartbeat.last() is None

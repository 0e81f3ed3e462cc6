"""When an address is left alone, and for how long."""

from datetime import timedelta

import pytest

from comms.rules.breaker import OPEN_AFTER_FAILURES, pause_after

DELAYS = (timedelta(seconds=15), timedelta(minutes=1), timedelta(hours=1))


@pytest.mark.parametrize("failures", range(OPEN_AFTER_FAILURES))
def test_it_goes_on_after_few_failures(failures: int) -> None:
    assert pause_after(failures, DELAYS) is None


@pytest.mark.parametrize(("more", "delay"), [(0, 0), (1, 1), (2, 2), (3, 2), (500, 2)])
def test_it_is_left_alone_longer_and_longer(more: int, delay: int) -> None:
    assert pause_after(OPEN_AFTER_FAILURES + more, DELAYS) == DELAYS[delay]

"""When an address is left alone for a while: pure. It has failed several times in a row."""

from collections.abc import Sequence
from datetime import timedelta

OPEN_AFTER_FAILURES = 3
"""One message may be refused for what it says; three in a row are the address."""


def pause_after(failures: int, delays: Sequence[timedelta]) -> timedelta | None:
    """How long nothing is sent to an address that failed so often in a row; None: it goes on."""
    if failures < OPEN_AFTER_FAILURES:
        return None
    return delays[min(failures - OPEN_AFTER_FAILURES, len(delays) - 1)]

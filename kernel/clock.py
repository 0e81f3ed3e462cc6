"""The one clock.

Read at the edges (views, tasks, commands) and passed inwards. Tests and the demo set it with
``at`` and move it with ``Clock.advance``; nothing else in the project asks what time it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_fixed: "Clock | None" = None


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self.moment = moment

    def advance(self, **delta: float) -> datetime:
        """Move forward by the keywords of ``timedelta`` and return the new time."""
        self.moment += timedelta(**delta)
        return self.moment


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _fixed.moment if _fixed is not None else datetime.now(UTC)


def is_set() -> bool:
    """Whether a test or the demo holds the clock."""
    return _fixed is not None


@contextmanager
def at(moment: datetime) -> Iterator[Clock]:
    """Set the clock of this process for the length of the block."""
    global _fixed
    before, _fixed = _fixed, Clock(moment)
    try:
        yield _fixed
    finally:
        _fixed = before

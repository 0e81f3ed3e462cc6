"""When the next panel of a room changes by time alone, without a timeline entry."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.blueprint import HOUR
from incidents.rules.control import FIRST_MINUTES

MINUTE = timedelta(minutes=1)
SETTLE_DELAY = timedelta(seconds=1)
"""Added to a limit, so that comparisons with ``<=`` and with ``<`` have both changed."""

REFRESH_SLACK = timedelta(seconds=5)
"""A page may refresh this much later, and then also shows what changed in between."""


@dataclass(frozen=True, slots=True)
class NextChange:
    """``duties``: somebody's next duty changes at that moment as well."""

    at: datetime
    duties: bool = False


def next_change(
    now: datetime,
    declared_at: datetime,
    due: Iterable[datetime],
    once: Iterable[datetime] = (),
) -> NextChange | None:
    """The first change after ``now``; None when only an entry can change the room.

    In the first hour the room changes every minute: the strip counts minutes, and every limit of
    the hour lies on a whole minute. ``due`` are the times of open checkpoints and promises, and
    since when a contradiction is open: the room changes at each of them and every minute from then
    on, because a text says how long ago that was. At each time of ``once`` it changes once.
    """
    ahead = [
        *_of_hour(now, declared_at),
        *(change for at in due for change in _of_checkpoint(now, at)),
    ]
    ahead += [NextChange(at + SETTLE_DELAY) for at in once if at + SETTLE_DELAY > now]
    if not ahead:
        return None
    first = min(moment.at for moment in ahead)
    return NextChange(
        first, any(change.duties and change.at <= first + REFRESH_SLACK for change in ahead)
    )


def _of_hour(now: datetime, declared_at: datetime) -> Iterator[NextChange]:
    at = _next(now, declared_at + MINUTE)
    if at <= declared_at + HOUR + SETTLE_DELAY:
        limit = declared_at + FIRST_MINUTES + SETTLE_DELAY
        yield NextChange(at)
        if limit > now:
            yield NextChange(limit, duties=True)


def _of_checkpoint(now: datetime, due_at: datetime) -> Iterator[NextChange]:
    at = _next(now, due_at)
    yield NextChange(at, duties=at == due_at + SETTLE_DELAY)


def _next(now: datetime, start: datetime) -> datetime:
    """``start``, or the first whole minute after it that is still ahead, plus the delay."""
    first = start + SETTLE_DELAY
    return first if now < first else first + ((now - first) // MINUTE + 1) * MINUTE

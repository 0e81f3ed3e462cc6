"""When a room changes by time alone: no entry is written, and what is shown is no longer so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.blueprint import HOUR
from incidents.rules.control import FIRST_MINUTES

MINUTE = timedelta(minutes=1)
SETTLED = timedelta(seconds=1)
"""After a limit, so that whoever asks "by then" and whoever asks "after it" has turned."""

ALONG = timedelta(seconds=5)
"""A page looks up to this much later, and then sees this much more."""


@dataclass(frozen=True, slots=True)
class Moment:
    """``duties``: what somebody must do next changes then as well."""

    at: datetime
    duties: bool = False


def next_moment(
    now: datetime,
    declared_at: datetime,
    due: Iterable[datetime],
    once: Iterable[datetime] = (),
) -> Moment | None:
    """The first moment after ``now``; none when only an entry can change the room.

    In the first hour each minute, since the strip counts them and every limit of the hour lies on
    one. ``due`` are the open checkpoints: each at its time, and from then on each minute, since the
    warning says how late it is; likewise since when a contradiction is open. At each of ``once``
    something turns, and stays so.
    """
    ahead = [*_of_hour(now, declared_at), *(one for at in due for one in _of_checkpoint(now, at))]
    ahead += [Moment(at + SETTLED) for at in once if at + SETTLED > now]
    if not ahead:
        return None
    first = min(moment.at for moment in ahead)
    return Moment(first, any(one.duties and one.at <= first + ALONG for one in ahead))


def _of_hour(now: datetime, declared_at: datetime) -> Iterator[Moment]:
    at = _next(now, declared_at + MINUTE)
    if at <= declared_at + HOUR + SETTLED:
        limit = declared_at + FIRST_MINUTES + SETTLED
        yield Moment(at)
        if limit > now:
            yield Moment(limit, duties=True)


def _of_checkpoint(now: datetime, due_at: datetime) -> Iterator[Moment]:
    at = _next(now, due_at)
    yield Moment(at, duties=at == due_at + SETTLED)


def _next(now: datetime, start: datetime) -> datetime:
    """``start``, or the first whole minute after it that is still ahead; settled."""
    first = start + SETTLED
    return first if now < first else first + ((now - first) // MINUTE + 1) * MINUTE

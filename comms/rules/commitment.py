"""Promises of a next update: which still stand, and what time makes of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from comms.vocabulary import Audience

LEAD = timedelta(minutes=5)
"""How long before its time a promise is brought to mind."""

GRACE = timedelta(minutes=5)
"""How long after its time a promise counts as broken."""

_REACHES = {
    Audience.PUBLIC: frozenset(Audience),
    Audience.INTERNAL: frozenset({Audience.INTERNAL, Audience.PARTICIPANTS}),
    Audience.PARTICIPANTS: frozenset(Audience),
}
"""Whose promise an update to each keeps: stakeholders read the public page too.

To participants alone only a restricted incident speaks; what it promised others while it was open
can no longer be told to them, and so nobody is reminded of it for ever.
"""


def reaches(audience: str) -> frozenset[str]:
    """The audiences that read what is published to this one."""
    return frozenset(str(one) for one in _REACHES[Audience(audience)])


@dataclass(frozen=True, slots=True)
class Promise:
    """An update as far as it promises: ``number`` counts within its incident."""

    number: int
    audience: str
    published_at: datetime
    next_at: datetime | None

    @property
    def lapses_at(self) -> datetime | None:
        return self.next_at + GRACE if self.next_at else None

    def is_overdue(self, now: datetime) -> bool:
        return self.next_at is not None and now >= self.next_at

    def is_lapsed(self, now: datetime) -> bool:
        return self.lapses_at is not None and now >= self.lapses_at

    def needs_reminding(self, now: datetime) -> bool:
        """Five minutes before; one that was made later than that needs no such reminder."""
        return (
            self.next_at is not None
            and self.next_at - LEAD <= now < self.next_at
            and self.published_at < self.next_at - LEAD
        )


def standing(said: Iterable[Promise]) -> tuple[Promise, ...]:
    """The promises that nobody has kept yet, the next first.

    Only what reaches the same readers keeps a promise: the public hears of no internal update.
    """
    said = tuple(said)
    kept = {one.number for one in said for later in said if _keeps(later, one)}
    open_ones = [one for one in said if one.next_at and one.number not in kept]
    return tuple(sorted(open_ones, key=lambda one: (one.next_at, one.number)))


def _keeps(later: Promise, earlier: Promise) -> bool:
    return later.number > earlier.number and earlier.audience in _REACHES[Audience(later.audience)]

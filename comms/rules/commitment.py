"""Promises of a next update: which are open, and when they are overdue or lapse."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from comms.vocabulary import Audience

SOON, DUE, LAPSED = KINDS = ("commitment.soon", "commitment.due", "commitment.lapsed")
"""The kinds of reminders of a promise."""

LEAD = timedelta(minutes=5)
"""How long before its time people are reminded of a promise."""

GRACE = timedelta(minutes=5)
"""How long after its time a promise lapses."""

_REACHES = {
    Audience.PUBLIC: frozenset(Audience),
    Audience.INTERNAL: frozenset({Audience.INTERNAL, Audience.PARTICIPANTS}),
    Audience.PARTICIPANTS: frozenset(Audience),
}
"""The audiences whose promises an update to each fulfils: stakeholders read the public page too.

Only restricted incidents publish to participants alone. What such an incident promised others while
it was open can no longer be published to them, so this counts as fulfilling it: else the reminders
would never end.
"""


def reaches(audience: str) -> frozenset[str]:
    """The audiences that read what is published to this one, as strings."""
    return frozenset(str(reached) for reached in _REACHES[Audience(audience)])


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise of an update: ``number`` counts within its incident."""

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
        """Five minutes before its time, unless the promise itself is younger than that."""
        return (
            self.next_at is not None
            and self.next_at - LEAD <= now < self.next_at
            and self.published_at < self.next_at - LEAD
        )


def open_promises(promises: Iterable[Promise]) -> tuple[Promise, ...]:
    """The promises that no later update has fulfilled, the next first.

    Only an update that reaches the same readers fulfils one: the public reads no internal update.
    """
    promises = tuple(promises)
    fulfilled = {
        promise.number for promise in promises for later in promises if _fulfils(later, promise)
    }
    open_ones = [
        promise for promise in promises if promise.next_at and promise.number not in fulfilled
    ]
    return tuple(sorted(open_ones, key=lambda promise: (promise.next_at, promise.number)))


def _fulfils(later: Promise, earlier: Promise) -> bool:
    return later.number > earlier.number and earlier.audience in _REACHES[Audience(later.audience)]

"""When readers must hear next: promised messages, the first update, and a recovery that came back.

Which are open, and when they are overdue or lapse.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from comms.vocabulary import Audience

SOON, DUE, LAPSED = KINDS = ("commitment.soon", "commitment.due", "commitment.lapsed")
"""The kinds of reminders of a promise, and the timeline entries of a message's promise."""

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


class PromiseKind(StrEnum):
    """What readers wait for, most urgent first.

    ``CAME_BACK``: they were told that it recovered, before the incident was opened again.
    """

    CAME_BACK = "came_back"
    FIRST = "first"
    UPDATE = "update"
    ESCALATION = "escalation"


_MESSAGES = {PromiseKind.UPDATE: "Update", PromiseKind.ESCALATION: "Escalation"}


def message_reference(kind: PromiseKind, number: int) -> str:
    """What the message is called that made such a promise; of those that none made, an update."""
    return f"{_MESSAGES.get(kind, 'Update')} {number}"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise to readers: ``key`` is that of its row, the incident's for the first update.

    ``number`` counts within its incident and kind; ``published_at`` is since when they wait.
    """

    number: int
    audience: str
    published_at: datetime
    next_at: datetime | None
    kind: PromiseKind = PromiseKind.UPDATE
    key: int = 0

    @property
    def subject(self) -> str:
        """The subject of its claims."""
        return str(self.key) if self.kind == PromiseKind.UPDATE else f"{self.kind}-{self.key}"

    @property
    def reference(self) -> str:
        """The message that made it; ``Update 1`` for the first one, which none did."""
        return message_reference(self.kind, self.number)

    @property
    def due_at(self) -> datetime:
        # Only a promise with a time is open.
        assert self.next_at is not None
        return self.next_at

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


def first_update(key: int, since: datetime, within: timedelta) -> Promise:
    """What readers wait for before the first update: product, section 8."""
    return Promise(1, "", since, since + within, PromiseKind.FIRST, key)


def open_promises(promises: Iterable[Promise]) -> tuple[Promise, ...]:
    """The promises that no later message has fulfilled, the next first.

    Only an update that reaches the same readers fulfils one: the public reads no internal update.
    An escalation's is fulfilled by any later message, for who reads it reads those too.
    """
    promises = tuple(promises)
    open_ones = [promise for promise in promises if promise.next_at and _is_open(promise, promises)]
    return tuple(sorted(open_ones, key=lambda promise: (promise.next_at, promise.number)))


def _is_open(promise: Promise, promises: Collection[Promise]) -> bool:
    return not any(_fulfils(later, promise) for later in promises)


def _fulfils(later: Promise, earlier: Promise) -> bool:
    """A recovery that came back and the promise of the same update are two rows of one number."""
    if earlier.kind == PromiseKind.ESCALATION:
        if later.kind == PromiseKind.ESCALATION:
            return later.number > earlier.number
        return later.kind == PromiseKind.UPDATE and later.published_at > earlier.published_at
    if later.kind == PromiseKind.ESCALATION or later.number <= earlier.number:
        return False
    return earlier.audience in _REACHES[Audience(later.audience)]

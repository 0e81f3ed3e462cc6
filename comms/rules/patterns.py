"""Anti-patterns of communication: a mitigation that nobody was told about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.patterns import Pattern
from incidents.rules.wording import listed

SILENCE = timedelta(minutes=15)
"""Product, section 7: an update follows an executed mitigation within it."""


@dataclass(frozen=True, slots=True)
class ExecutedChange:
    """A mitigation that was executed, ``D-1``, or a branch that was merged, ``B-1``."""

    reference: str
    done_at: datetime
    act: str = "executed"


def unannounced(
    executed: Iterable[ExecutedChange], announced_at: datetime | None, now: datetime
) -> tuple[Pattern, ...]:
    """The changes that no message followed, once the oldest of them is 15 minutes old.

    The oldest, not the last: with one change every ten minutes nobody would ever be told.
    ``announced_at`` is the time of the last update or escalation.
    """
    silent = [c for c in executed if announced_at is None or announced_at <= c.done_at]
    oldest = min(silent, key=lambda change: change.done_at, default=None)
    if oldest is None or now < oldest.done_at + SILENCE:
        return ()
    later = sorted((c for c in silent if c != oldest), key=lambda change: change.done_at)
    also = f", {listed(change.reference for change in later)} since" if later else ""
    return (
        Pattern(
            "UNANNOUNCED",
            "Mitigation without an update",
            f"{oldest.reference} was {oldest.act} more than 15 minutes ago{also}, and nobody was"
            " told: others still act on what is no longer so.",
            subject=oldest.reference,
            lane="communication",
            button="Draft the update",
        ),
    )

"""Anti-patterns of communication: a mitigation that nobody was told about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.patterns import Pattern

SILENCE = timedelta(minutes=15)
"""Product, section 7: an update follows an executed mitigation within it."""


@dataclass(frozen=True, slots=True)
class ExecutedMitigation:
    """A mitigation that was executed: ``D-1`` at ``done_at``."""

    reference: str
    done_at: datetime


def unannounced(
    executed: Iterable[ExecutedMitigation], announced_at: datetime | None, now: datetime
) -> tuple[Pattern, ...]:
    """The last executed mitigation, if no message followed within 15 minutes.

    ``announced_at`` is the time of the last update or escalation.
    """
    last = max(executed, key=lambda mitigation: mitigation.done_at, default=None)
    if last is None or now < last.done_at + SILENCE:
        return ()
    if announced_at is not None and announced_at > last.done_at:
        return ()
    return (
        Pattern(
            "UNANNOUNCED",
            "Mitigation without an update",
            f"{last.reference} was executed more than 15 minutes ago, and nothing was said since:"
            " others still act on what is no longer so.",
            subject=last.reference,
            lane="communication",
            button="Draft the update",
        ),
    )

"""Anti-patterns of communication: what was changed, and nobody was told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.patterns import Pattern

SILENCE = timedelta(minutes=15)
"""Product, section 7: an update follows an executed mitigation within it."""


@dataclass(frozen=True, slots=True)
class Executed:
    """A mitigation that was executed: ``D-1`` at ``done_at``."""

    reference: str
    done_at: datetime


def unannounced(
    executed: Iterable[Executed], told_at: datetime | None, now: datetime
) -> tuple[Pattern, ...]:
    """The last executed mitigation, when nothing was said since for a quarter of an hour.

    ``told_at`` is when something was last said to stakeholders or within the company.
    """
    last = max(executed, key=lambda one: one.done_at, default=None)
    if last is None or now < last.done_at + SILENCE:
        return ()
    if told_at is not None and told_at > last.done_at:
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

"""How long checkpoints took: from the decision before (or the declaration) to their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.wording import duration


@dataclass(frozen=True, slots=True)
class Span:
    """One checkpoint: ``since`` is what it began with, ``decision`` what it ended in."""

    checkpoint: str
    since: str
    decision: str
    length: timedelta

    @property
    def sentence(self) -> str:
        return f"{self.checkpoint}, {duration(self.length)} from {self.since} to {self.decision}."


def spans(
    begun: Iterable[tuple[str, datetime]], made: Iterable[tuple[str, str, datetime]]
) -> tuple[Span, ...]:
    """``begun``: a name and a time for each time that the incident became active.

    ``made``: a decision, its checkpoint and its time. Time in which it was closed counts for none.
    """
    starts = [*begun]
    found = []
    for decision, checkpoint, at in sorted(made, key=lambda one: one[2]):
        before = (one for one in starts if one[1] <= at)
        name, since = max(before, key=lambda one: one[1], default=starts[0])
        found.append(Span(checkpoint, name, decision, at - since))
        starts.append((decision, at))
    return tuple(found)


def longest(found: Sequence[Span]) -> Span | None:
    """The first of the longest."""
    return max(found, key=lambda one: one.length, default=None)

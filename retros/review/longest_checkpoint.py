"""How long checkpoints took: from the previous decision (or the declaration) to their own."""

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
    begun: Iterable[tuple[str, datetime]], decisions: Iterable[tuple[str, str, datetime]]
) -> tuple[Span, ...]:
    """``begun``: a name and a time for each time that the incident became active.

    ``decisions``: a decision, its checkpoint and its time. Time while it was closed does not count.
    """
    starts = [*begun]
    lengths = []
    for decision, checkpoint, at in sorted(decisions, key=lambda decision: decision[2]):
        before = (start for start in starts if start[1] <= at)
        name, since = max(before, key=lambda start: start[1], default=starts[0])
        lengths.append(Span(checkpoint, name, decision, at - since))
        starts.append((decision, at))
    return tuple(lengths)


def slowest(checkpoints: Sequence[Span]) -> Span | None:
    """The checkpoint that took longest, the first of several."""
    return max(checkpoints, key=lambda span: span.length, default=None)

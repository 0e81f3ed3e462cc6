"""Did it recover without anybody's mitigation? Two runs that are apart show it (product, 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.wording import duration

MIN_APART = timedelta(minutes=15)
"""Between the first and the last run: one good moment is no recovery."""


@dataclass(frozen=True, slots=True)
class VerificationRun:
    """A verification run, E-``number``. ``counts``: it has a result, by who verifies."""

    number: int
    began_at: datetime
    captured_at: datetime
    succeeded: bool = True
    counts: bool = True

    @property
    def reference(self) -> str:
        return f"E-{self.number}"


@dataclass(frozen=True, slots=True)
class SteadyRuns:
    """The first and the last run that succeeded with none that failed between or after them."""

    first: VerificationRun
    last: VerificationRun

    @property
    def apart(self) -> timedelta:
        """From when the first had its result to when the last began."""
        return max(self.last.began_at - self.first.captured_at, timedelta(0))

    @property
    def shows_recovery(self) -> bool:
        return self.apart >= MIN_APART


def steady_runs(runs: Sequence[VerificationRun], since: datetime | None) -> SteadyRuns | None:
    """``runs`` by number; those that began up to ``since``, the last reopening, do not count."""
    failed = max((run.number for run in runs if not run.succeeded), default=0)
    good = [
        run
        for run in runs
        if run.counts and run.number > failed and (since is None or run.began_at > since)
    ]
    return SteadyRuns(good[0], good[-1]) if good else None


def missing_runs(steady: SteadyRuns | None) -> str:
    """Why they do not show it, as a sentence; empty where they do."""
    apart = duration(MIN_APART)
    if steady is None or steady.first == steady.last:
        return f"Two verification runs, {apart} apart or more, must show it."
    if steady.shows_recovery:
        return ""
    first, last = steady.first.reference, steady.last.reference
    return f"{first} and {last} are {duration(steady.apart)} apart: they must be {apart} apart."

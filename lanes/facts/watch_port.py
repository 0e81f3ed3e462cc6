"""The 24 h watch after closing, as far as handing it over needs to know of it.

The watch belongs to an app above this one, which registers how to read it. Check-ins are to a watch
what checkpoints are to an active incident; the last one is the end of the watch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Incident
from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One check-in, ``hour`` h after closing; ``answer`` and ``by`` are filled when answered."""

    hour: int
    due_at: datetime
    answer: str = ""
    by: str = ""
    at: datetime | None = None
    missed: bool = False
    is_end: bool = False

    @property
    def is_open(self) -> bool:
        return self.at is None


@dataclass(frozen=True, slots=True)
class Watch:
    """What was stated at closing, and the check-ins by time; the last one is the end."""

    href: str
    happened: str
    uncertain: str
    trigger: str
    until: datetime
    check_ins: tuple[CheckIn, ...]

    def ahead(self, now: datetime) -> CheckIn | None:
        """The next open check-in: what a receiver can commit to."""
        return next(
            (check_in for check_in in self.check_ins if check_in.is_open and check_in.due_at > now),
            None,
        )


type WatchSource = Callable[[Incident], Watch | None]

SOURCES = Registry[WatchSource]("source of the watch")
"""Functions that read an incident's open watch."""


def watch_of(incident: Incident) -> Watch | None:
    """The open watch, read once per incident object."""
    if not hasattr(incident, "_watch"):
        watches = (source(incident) for source in SOURCES.values())
        incident._watch = next((watch for watch in watches if watch), None)  # type: ignore[attr-defined]
    return incident._watch  # type: ignore[attr-defined, no-any-return]

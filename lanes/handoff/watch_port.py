"""The 24 h watch after closing, as far as handing it over needs to know of it.

It is kept by an app above this one, which tells of it here. Its check-ins are what checkpoints are
to an active incident; after the last of them its end is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One to be answered, ``hour`` h after closing; ``said`` and ``by`` are of its answer."""

    hour: int
    due_at: datetime
    said: str = ""
    by: str = ""
    at: datetime | None = None
    missed: bool = False
    is_end: bool = False

    @property
    def is_open(self) -> bool:
        return self.at is None


@dataclass(frozen=True, slots=True)
class Watch:
    """What was stated at closing, and the check-ins by time; the last is the watch's end."""

    href: str
    happened: str
    uncertain: str
    trigger: str
    until: datetime
    check_ins: tuple[CheckIn, ...]

    def ahead(self, now: datetime) -> CheckIn | None:
        """The next one: what a receiver can commit to."""
        return next((one for one in self.check_ins if one.is_open and one.due_at > now), None)


type Teller = Callable[[Incident], Watch | None]

_tellers: list[Teller] = []


def register(teller: Teller) -> Teller:
    """Tell of an incident's open watch."""
    _tellers.append(teller)
    return teller


def watch_of(incident: Incident) -> Watch | None:
    """The watch that is open, read once for each incident object."""
    if not hasattr(incident, "_watch"):
        told = (teller(incident) for teller in _tellers)
        incident._watch = next((one for one in told if one), None)  # type: ignore[attr-defined]
    return incident._watch  # type: ignore[attr-defined, no-any-return]

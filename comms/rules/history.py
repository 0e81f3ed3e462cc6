"""How surfaces did, day by day, from what updates said of them: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from comms.vocabulary import SurfaceState, worst

DAYS = 90
"""How far back readers are told."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one update said at a moment: a state for each surface that it named, by key."""

    at: datetime
    states: Mapping[int, SurfaceState]


@dataclass(frozen=True, slots=True)
class Span:
    """A surface was in a state from ``start`` until ``end``, or still is."""

    surface: int
    state: SurfaceState
    start: datetime
    end: datetime | None


def spans(told: Sequence[Said]) -> list[Span]:
    """The states of surfaces in one incident, from its updates, oldest first.

    What an update no longer names works again from then on.
    """
    found: list[Span] = []
    for index, said in enumerate(told):
        end = told[index + 1].at if index + 1 < len(told) else None
        found += [
            Span(surface, state, said.at, end)
            for surface, state in said.states.items()
            if state != SurfaceState.OPERATIONAL
        ]
    return found


def now_of(surface: int, found: Iterable[Span]) -> SurfaceState:
    """How it does now: the worst of what still goes on."""
    return worst([s.state for s in found if s.surface == surface and s.end is None])


def days(surface: int, found: Iterable[Span], now: datetime) -> list[tuple[date, SurfaceState]]:
    """The worst state on each of the last ``DAYS`` days, oldest first; ``now`` gives the zone."""
    mine = [s for s in found if s.surface == surface]
    today = now.date()
    return [
        (on, worst([s.state for s in mine if _touches(s, on, now)]))
        for on in (today - timedelta(days=back) for back in range(DAYS - 1, -1, -1))
    ]


def _touches(span: Span, on: date, now: datetime) -> bool:
    last = span.end or now
    return span.start.astimezone(now.tzinfo).date() <= on <= last.astimezone(now.tzinfo).date()

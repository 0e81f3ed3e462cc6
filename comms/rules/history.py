"""The states of surfaces day by day, from the updates about them: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from comms.vocabulary import SurfaceState, worst

DAYS = 90
"""How far back the status page goes."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The states of surfaces in one update, by key of the surface."""

    at: datetime
    states: Mapping[int, SurfaceState]


@dataclass(frozen=True, slots=True)
class Span:
    """A surface was in a state from ``start`` until ``end``, or still is."""

    surface: int
    state: SurfaceState
    start: datetime
    end: datetime | None


def build_spans(statements: Sequence[Statement]) -> list[Span]:
    """The states of surfaces in one incident, from its updates, oldest first.

    A surface that an update no longer names works again from then on.
    """
    spans: list[Span] = []
    for index, statement in enumerate(statements):
        end = statements[index + 1].at if index + 1 < len(statements) else None
        spans += [
            Span(surface, state, statement.at, end)
            for surface, state in statement.states.items()
            if state != SurfaceState.OPERATIONAL
        ]
    return spans


def current_state(surface: int, spans: Iterable[Span]) -> SurfaceState:
    """The worst state among the spans that have not ended."""
    return worst([s.state for s in spans if s.surface == surface and s.end is None])


def days(surface: int, spans: Iterable[Span], now: datetime) -> list[tuple[date, SurfaceState]]:
    """The worst state on each of the last ``DAYS`` days, oldest first; ``now`` gives the zone."""
    mine = [s for s in spans if s.surface == surface]
    today = now.date()
    return [
        (on, worst([s.state for s in mine if _touches(s, on, now)]))
        for on in (today - timedelta(days=back) for back in range(DAYS - 1, -1, -1))
    ]


def _touches(span: Span, on: date, now: datetime) -> bool:
    last = span.end or now
    return span.start.astimezone(now.tzinfo).date() <= on <= last.astimezone(now.tzinfo).date()

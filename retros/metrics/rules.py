"""What the numbers over time mean, and how they are summed up. Pure.

Medians and not averages: one incident of a week must not speak for thirty of an hour. A figure of
fewer than ``FEW`` says so.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

FEW = 5
"""Below so many cases a figure says more about one of them than about all."""

A_YEAR = 12
"""Of so many months each has a name of its own."""

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many were kept."""

    kept: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Lived:
    """An incident's moments, as recorded; none where it did not come so far."""

    number: int
    title: str
    severity: str
    surfaces: tuple[str, ...]
    declared_at: datetime
    began_at: datetime | None = None
    controlled_at: datetime | None = None
    decided_at: datetime | None = None
    mitigated_at: datetime | None = None
    recovered_at: datetime | None = None
    closed_at: datetime | None = None
    checkpoints: Share = field(default_factory=Share)
    commitments: Share = field(default_factory=Share)
    handoffs: tuple[float, ...] = ()
    retros: Share = field(default_factory=Share)

    @property
    def month(self) -> date:
        """Of the declaration, in UTC."""
        return date(self.declared_at.year, self.declared_at.month, 1)


type Read = Callable[[Lived], Sequence[float] | Share]


@dataclass(frozen=True, slots=True)
class Metric:
    """One number: ``read`` gives minutes (one for each case), or a share."""

    key: str
    title: str
    means: str
    read: Read
    is_share: bool = False

    @property
    def unit(self) -> str:
        return "%" if self.is_share else "minutes"


def _minutes(start: datetime | None, end: datetime | None) -> Sequence[float]:
    if start is None or end is None:
        return ()
    return (max((end - start) / MINUTE, 0.0),)


def _since_declared(name: str) -> Read:
    return lambda one: _minutes(one.declared_at, getattr(one, name))


METRICS = (
    Metric(
        "declare",
        "To declare",
        "From the earliest time that evidence tells of, a day before at most, to the declaration.",
        lambda one: _minutes(one.began_at, one.declared_at),
    ),
    Metric(
        "control",
        "To control",
        "From the declaration to the first commander and the first evidence, whichever was later.",
        _since_declared("controlled_at"),
    ),
    Metric(
        "decision",
        "To first decision",
        "From the declaration to the first recorded decision.",
        _since_declared("decided_at"),
    ),
    Metric(
        "mitigate",
        "To mitigate",
        "From the declaration to the first mitigation that was executed.",
        _since_declared("mitigated_at"),
    ),
    Metric(
        "recover",
        "To verified recovery",
        "From the declaration to the last verified mitigation, of incidents that have ended.",
        _since_declared("recovered_at"),
    ),
    Metric(
        "close",
        "To close",
        "From the declaration to the last closing through the gate, unless it is open again.",
        _since_declared("closed_at"),
    ),
    Metric(
        "checkpoints",
        "Checkpoints kept",
        "Checkpoints decided by their time, of those whose time has come.",
        lambda one: one.checkpoints,
        is_share=True,
    ),
    Metric(
        "commitments",
        "Promised updates kept",
        "Updates that came within 5 minutes of the promised time, of all that were promised.",
        lambda one: one.commitments,
        is_share=True,
    ),
    Metric(
        "handoffs",
        "Handoff latency",
        "From the offer of a handoff to its acceptance.",
        lambda one: one.handoffs,
    ),
    Metric(
        "retros",
        "Retros on time",
        "Retros finished within 24 hours of the closing, of those whose time has come.",
        lambda one: one.retros,
        is_share=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Group:
    """What the incidents are sorted by: a month, a severity, a surface."""

    key: str
    label: str
    short: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of one group. ``value`` is none where there is no case; ``high`` is the time within
    which nine of ten were."""

    group: Group
    cases: int
    value: float | None
    high: float | None = None
    kept: int = 0

    @property
    def is_few(self) -> bool:
        return 0 < self.cases < FEW


def figures(
    metric: Metric, groups: Iterable[Group], sorted_in: Mapping[str, Sequence[Lived]]
) -> tuple[Figure, ...]:
    """One for each group, in their order; ``sorted_in`` holds incidents by the group's key."""
    return tuple(_figure(metric, group, sorted_in.get(group.key, ())) for group in groups)


def whole(metric: Metric, lived: Sequence[Lived]) -> Figure:
    """The metric of all of them together."""
    return _figure(metric, Group("", "All", "All"), lived)


def _figure(metric: Metric, group: Group, lived: Sequence[Lived]) -> Figure:
    if metric.is_share:
        shares = [found for one in lived if isinstance(found := metric.read(one), Share)]
        kept, of = sum(one.kept for one in shares), sum(one.of for one in shares)
        return Figure(group, of, 100 * kept / of if of else None, kept=kept)
    cases: list[float] = []
    for one in lived:
        found = metric.read(one)
        assert not isinstance(found, Share)
        cases += found
    cases.sort()
    if not cases:
        return Figure(group, 0, None)
    return Figure(group, len(cases), median(cases), cases[math.ceil(len(cases) * 0.9) - 1])


def months(first: date, last: date) -> tuple[Group, ...]:
    """Each month from the first to the last, those without an incident too."""
    found, at = [], date(first.year, first.month, 1)
    while at <= last:
        found.append(at)
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    short = "%b" if len(found) <= A_YEAR else "%b %y"
    return tuple(Group(f"{one:%Y-%m}", f"{one:%B %Y}", f"{one:{short}}") for one in found)

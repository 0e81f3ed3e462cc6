"""What the metrics mean, and how they are summed up. Pure.

Medians and not averages: one incident of a week must not outweigh thirty of an hour. A figure of
fewer than ``FEW_CASES`` says so.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

FEW_CASES = 5
"""With fewer cases a figure says more about one of them than about all."""

MONTHS_WITH_SHORT_NAMES = 12
"""Up to so many months are labelled without the year."""

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many were kept."""

    kept: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class IncidentTimes:
    """The recorded times of an incident; None where it did not get so far.

    ``began_at`` is when it began as somebody says with evidence (``stated_began_at``), else the
    earliest time that evidence tells of. ``is_unmitigated``: it recovered without mitigation.
    """

    number: int
    title: str
    severity: str
    surfaces: tuple[str, ...]
    declared_at: datetime
    began_at: datetime | None = None
    stated_began_at: datetime | None = None
    detected_at: datetime | None = None
    controlled_at: datetime | None = None
    decided_at: datetime | None = None
    mitigated_at: datetime | None = None
    recovered_at: datetime | None = None
    is_unmitigated: bool = False
    closed_at: datetime | None = None
    checkpoints: Share = field(default_factory=Share)
    commitments: Share = field(default_factory=Share)
    handoffs: tuple[float, ...] = ()
    retros: Share = field(default_factory=Share)

    @property
    def month(self) -> date:
        """Of the declaration, in UTC."""
        return date(self.declared_at.year, self.declared_at.month, 1)


type Measure = Callable[[IncidentTimes], Sequence[float] | Share]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: ``read`` gives minutes (one number for each case), or a share."""

    key: str
    title: str
    means: str
    read: Measure
    is_share: bool = False

    @property
    def unit(self) -> str:
        return "%" if self.is_share else "minutes"


def _minutes(start: datetime | None, end: datetime | None) -> Sequence[float]:
    if start is None or end is None:
        return ()
    return (max((end - start) / MINUTE, 0.0),)


def _since_declared(name: str) -> Measure:
    return lambda incident: _minutes(incident.declared_at, getattr(incident, name))


METRICS = (
    Metric(
        "declare",
        "To declare",
        "From when it began, else the earliest time that evidence tells of, a day before at most,"
        " to the declaration.",
        lambda incident: _minutes(incident.began_at, incident.declared_at),
    ),
    Metric(
        "detect",
        "Detection gap",
        "From when it began to when it was noticed, of incidents of which both are recorded.",
        lambda incident: _minutes(incident.stated_began_at, incident.detected_at),
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
        "From the declaration to the last verified mitigation, or to the first run that showed that"
        " it was well without one, of incidents that have ended.",
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
        lambda incident: incident.checkpoints,
        is_share=True,
    ),
    Metric(
        "commitments",
        "Promised updates kept",
        "Updates that came within 5 minutes of the promised time, of all that were promised.",
        lambda incident: incident.commitments,
        is_share=True,
    ),
    Metric(
        "handoffs",
        "Handoff latency",
        "From the offer of a handoff to its acceptance.",
        lambda incident: incident.handoffs,
    ),
    Metric(
        "retros",
        "Retros on time",
        "Retros finished within 24 hours of the closing, of those whose time has come.",
        lambda incident: incident.retros,
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
    """A metric of one group. ``value`` is None without a case; nine of ten cases took at most
    ``high``."""

    group: Group
    cases: int
    value: float | None
    high: float | None = None
    kept: int = 0

    @property
    def is_few(self) -> bool:
        return 0 < self.cases < FEW_CASES


def figures(
    metric: Metric, groups: Iterable[Group], sorted_in: Mapping[str, Sequence[IncidentTimes]]
) -> tuple[Figure, ...]:
    """One for each group, in their order; ``sorted_in`` holds incidents by the group's key."""
    return tuple(_figure(metric, group, sorted_in.get(group.key, ())) for group in groups)


def whole(metric: Metric, incidents: Sequence[IncidentTimes]) -> Figure:
    """The metric of all of them together."""
    return _figure(metric, Group("", "All", "All"), incidents)


def _figure(metric: Metric, group: Group, incidents: Sequence[IncidentTimes]) -> Figure:
    if metric.is_share:
        measures = [metric.read(incident) for incident in incidents]
        shares = [measure for measure in measures if isinstance(measure, Share)]
        kept, of = sum(share.kept for share in shares), sum(share.of for share in shares)
        return Figure(group, of, 100 * kept / of if of else None, kept=kept)
    cases: list[float] = []
    for incident in incidents:
        measure = metric.read(incident)
        assert not isinstance(measure, Share)
        cases += measure
    cases.sort()
    if not cases:
        return Figure(group, 0, None)
    return Figure(group, len(cases), median(cases), cases[math.ceil(len(cases) * 0.9) - 1])


def months(first: date, last: date) -> tuple[Group, ...]:
    """Each month from the first to the last, also those without an incident."""
    firsts, at = [], date(first.year, first.month, 1)
    while at <= last:
        firsts.append(at)
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    short = "%b" if len(firsts) <= MONTHS_WITH_SHORT_NAMES else "%b %y"
    return tuple(Group(f"{month:%Y-%m}", f"{month:%B %Y}", f"{month:{short}}") for month in firsts)

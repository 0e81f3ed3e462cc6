"""What a lane works on: its unknowns, hypotheses and checks. The newest of each, and how many.

``until`` reads them as of that time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Model, Prefetch, QuerySet, Window
from django.db.models.functions import RowNumber

from incidents.facts.incident import IncidentFacts
from incidents.models import Decision, Evidence, Incident
from incidents.vocabulary import ExecutionState, Purpose
from lanes.models import Hypothesis, Unknown

MAX_ROWS = 20
"""At most so many rows of each list; the rest is on a page of its own."""

MAX_RUNS = 5
"""At most so many evidence items of each purpose."""


@dataclass(frozen=True, slots=True)
class Listed[T: Model]:
    """The newest rows, and how many there are in all."""

    rows: tuple[T, ...] = ()
    total: int = 0

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class Unknowns:
    open: Listed[Unknown]
    resolved: Listed[Unknown]


def unknowns_of(incident: Incident, lane: str, until: datetime | None = None) -> Unknowns:
    """The lane's unknowns, in three queries; what resolved them comes with them."""
    rows = Unknown.objects.filter(incident=incident, lane=lane)
    resolved = rows.resolved(until).select_related("resolved_by").prefetch_related(_cited())
    return Unknowns(
        _newest(rows.open(until), "-number"),
        _newest(resolved, "-resolved_at", "-number"),
    )


@dataclass(frozen=True, slots=True)
class Hypotheses:
    open: Listed[Hypothesis]
    decided: Listed[Hypothesis]

    @property
    def more(self) -> int:
        return self.open.more + self.decided.more


def hypotheses_of(incident: Incident, until: datetime | None = None) -> Hypotheses:
    """The incident's hypotheses, in three queries; the evidence that decided comes with them."""
    rows = Hypothesis.objects.filter(incident=incident)
    return Hypotheses(
        _newest(rows.open(until), "-number"),
        _newest(rows.decided(until).prefetch_related(_cited()), "-decided_at", "-number"),
    )


def _cited() -> Prefetch:
    return Prefetch("evidence", Evidence.objects.only("incident_id", "number").order_by("number"))


def _newest[T: Model](rows: QuerySet[T], *order: str) -> Listed[T]:
    numbered = rows.annotate(in_all=Window(Count("pk"))).order_by(*order)[:MAX_ROWS]
    newest = tuple(numbered)
    return Listed(newest, newest[0].in_all if newest else 0)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Run:
    """A verification run, and the decision that it verified or failed, if any."""

    item: Evidence
    judged: Decision | None = None

    @property
    def passed(self) -> bool:
        return self.judged is not None and self.judged.execution.state == ExecutionState.VERIFIED


@dataclass(frozen=True, slots=True)
class Checks:
    """Evidence by purpose. Only the newest rollback check counts."""

    runs: tuple[Run, ...]
    runs_in_all: int
    rollback: Listed[Evidence]
    baselines: Listed[Evidence]


_PURPOSES = (Purpose.VERIFICATION, Purpose.ROLLBACK_CHECK, Purpose.BASELINE)


def checks_of(facts: IncidentFacts, until: datetime | None = None) -> Checks:
    """The regression test's runs, the rollback safety check and the baselines: one query."""
    by_purpose = _evidence_by_purpose(facts.incident, until)
    runs = by_purpose[Purpose.VERIFICATION]
    by_run = {d.execution.run_id: d for d in facts.decisions if d.execution.run_id}
    return Checks(
        tuple(Run(item, by_run.get(item.pk)) for item in runs.rows),
        runs.total,
        by_purpose[Purpose.ROLLBACK_CHECK],
        by_purpose[Purpose.BASELINE],
    )


def _evidence_by_purpose(
    incident: Incident, until: datetime | None
) -> Mapping[str, Listed[Evidence]]:
    rows = Evidence.objects.filter(incident=incident, purpose__in=_PURPOSES)
    if until is not None:
        rows = rows.filter(captured_at__lte=until)
    ranked = rows.annotate(
        rank=Window(RowNumber(), partition_by=F("purpose"), order_by="-number"),
        in_all=Window(Count("pk"), partition_by=F("purpose")),
    )
    newest = list(
        ranked.filter(rank__lte=MAX_RUNS)
        .select_related("baseline", "confirmation__by")
        .defer("text", "baseline__text")
    )
    newest.sort(key=lambda item: -item.number)
    grouped = {purpose: [i for i in newest if i.purpose == purpose] for purpose in _PURPOSES}
    return {
        purpose: Listed(tuple(items), items[0].in_all if items else 0)
        for purpose, items in grouped.items()
    }

"""Reads the times of many incidents: seven queries, however many there are."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from comms.models import Escalation, Update
from comms.rules.commitment import GRACE
from incidents.facts import event_times
from incidents.models import (
    Assignment,
    Checkpoint,
    Decision,
    Evidence,
    Execution,
    Incident,
    Surface,
    TimelineEntry,
)
from incidents.vocabulary import ExecutionState, Purpose, RoleName, Status
from lanes.models import Handoff
from lanes.models.handoff import HandoffState
from retros.metrics.rules import MINUTE, IncidentTimes, Share
from retros.models import Closing, LookBack
from retros.vocabulary import Look

MAX_BEFORE_DECLARATION = timedelta(days=1)
"""How long before the declaration evidence may have started and still mark the beginning."""

MAX_INCIDENTS = 20_000
"""Incidents that are read, the newest of them: about fifteen years of five a working day."""


def incident_times(incidents: QuerySet[Incident], now: datetime) -> list[IncidentTimes]:
    """The incidents of a period, oldest first."""
    chosen = incidents.order_by("-declared_at", "-pk")[:MAX_INCIDENTS]
    rows = list(
        Incident.objects.filter(pk__in=chosen.values("pk"))
        .annotate(**_moments())
        .order_by("declared_at", "pk")
        .values("pk", "title", "severity", "status", "declared_at", *_moments())
    )
    within = chosen.values("pk")
    surfaces = _surfaces(within)
    shares_by_name = {
        "checkpoints": _checkpoints(within, now),
        "commitments": _commitments(within, now),
        "retros": _retros(within, now),
    }
    latencies = _handoffs(within)
    return [
        IncidentTimes(
            number=row["pk"],
            title=row["title"],
            severity=row["severity"],
            surfaces=tuple(surfaces[row["pk"]]),
            declared_at=row["declared_at"],
            began_at=_time(row["timed"], "began") or row["began"],
            stated_began_at=_time(row["timed"], "began"),
            detected_at=_time(row["timed"], "detected"),
            controlled_at=_last(row["commander"], row["snapshot"], row["declared_at"]),
            decided_at=row["decided"],
            mitigated_at=row["mitigated"],
            recovered_at=_recovered(row) if row["status"] != Status.ACTIVE else None,
            is_unmitigated=row["unmitigated"] is not None and row["status"] != Status.ACTIVE,
            closed_at=row["closed"] if row["status"] != Status.ACTIVE else None,
            handoffs=tuple(latencies[row["pk"]]),
            **{name: shares[row["pk"]] for name, shares in shares_by_name.items()},
        )
        for row in rows
    ]


def _time(data: Mapping[str, str] | None, name: str) -> datetime | None:
    """When it began or was noticed, as the last entry about it says."""
    at = (data or {}).get(f"{name}_at")
    return datetime.fromisoformat(at) if at else None


def _last(*moments: datetime | None) -> datetime | None:
    """The latest of them; None while one is missing."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if len(known) == len(moments) else None


def _moments() -> dict[str, Subquery]:
    commander = Assignment.objects.filter(role=RoleName.COMMANDER)
    executed = Execution.objects.filter(mitigates=True)
    verified = executed.filter(state=ExecutionState.VERIFIED)
    timed = TimelineEntry.objects.filter(incident=OuterRef("pk"), kind=event_times.KIND)
    return {
        "timed": Subquery(timed.order_by("-seq").values("data")[:1]),
        "began": _per_incident(_beginning(), Min("started_at")),
        "commander": _per_incident(commander, Min("since")),
        "snapshot": _per_incident(Evidence.objects, Min("captured_at")),
        "decided": _per_incident(Decision.objects, Min("decided_at")),
        "mitigated": _per_incident(executed, Min("done_at")),
        "recovered": _per_incident(verified, Max("judged_at")),
        "unmitigated": Subquery(_closings().values("recovered_at")[:1]),
        "closed": _per_incident(Closing.objects, Max("closed_at")),
    }


def _recovered(row: Mapping[str, Any]) -> datetime | None:
    """By a verified mitigation, or without one as the last closing says."""
    recovered: datetime | None = row["recovered"] or row["unmitigated"]
    return recovered


def _closings() -> QuerySet[Closing]:
    """Of an incident, the last one first."""
    return Closing.objects.filter(incident=OuterRef("pk")).order_by("-number")


def _beginning() -> QuerySet[Evidence]:
    """Evidence of the trouble itself: not a baseline, and not older than a day."""
    declared = F("incident__declared_at")
    return Evidence.objects.filter(
        started_at__lt=declared, started_at__gte=declared - MAX_BEFORE_DECLARATION
    ).exclude(purpose=Purpose.BASELINE)


def _per_incident(rows: Any, moment: Min | Max) -> Subquery:
    mine = rows.filter(incident=OuterRef("pk")).order_by()
    return Subquery(mine.values("incident").annotate(found=moment).values("found"))


def _surfaces(within: QuerySet[Any]) -> Mapping[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    rows = Surface.objects.filter(incidents__in=within).order_by("name")
    for incident, name in rows.values_list("incidents", "name"):
        names[incident].append(name)
    return names


def _shares(rows: QuerySet[Any], condition: Q) -> Mapping[int, Share]:
    shares: dict[int, Share] = defaultdict(Share)
    counted = (
        rows.order_by()
        .values("incident")
        .annotate(kept=Count("pk", filter=condition), of=Count("pk"))
    )
    for row in counted:
        shares[row["incident"]] = Share(row["kept"], row["of"])
    return shares


def _checkpoints(within: QuerySet[Any], now: datetime) -> Mapping[int, Share]:
    """A checkpoint that was lifted before it came due was neither kept nor broken.

    One that was moved or cancelled when it was overdue was not kept.
    """
    come = Q(due_at__lte=now) | Q(decided_at__isnull=False)
    in_time = Q(lifted_at__lt=F("due_at"))
    rows = Checkpoint.objects.filter(come, incident__in=within).exclude(in_time)
    return _shares(rows, Q(decided_at__lte=F("due_at")))


def _commitments(within: QuerySet[Any], now: datetime) -> Mapping[int, Share]:
    shares: dict[int, Share] = defaultdict(Share)
    for kind in (Update, Escalation):
        rows = kind._default_manager.filter(incident__in=within, next_at__lte=now - GRACE)
        for incident, share in _shares(rows, Q(lapse__isnull=True)).items():
            before = shares[incident]
            shares[incident] = Share(before.kept + share.kept, before.of + share.of)
    return shares


def _retros(within: QuerySet[Any], now: datetime) -> Mapping[int, Share]:
    come = Q(due_at__lte=now) | Q(finished_at__isnull=False)
    rows = LookBack.objects.filter(come, kind=Look.RETRO, incident__in=within, superseded_at=None)
    # While the incident is open again no retro is due.
    rows = rows.exclude(finished_at=None, incident__status=Status.ACTIVE)
    return _shares(rows, Q(finished_at__lte=F("due_at")))


def _handoffs(within: QuerySet[Any]) -> Mapping[int, list[float]]:
    minutes: dict[int, list[float]] = defaultdict(list)
    rows = Handoff.objects.filter(incident__in=within, state=HandoffState.ACCEPTED).order_by("pk")
    for incident, offered, answered in rows.values_list("incident", "offered_at", "answered_at"):
        # An accepted handoff has an answer; a constraint holds it.
        assert answered is not None
        minutes[incident].append((answered - offered) / MINUTE)
    return minutes

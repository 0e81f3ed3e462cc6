"""The filter of the metrics page, read from the query string."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from incidents.models import Incident, Person
from incidents.vocabulary import IN_ERROR, Severity, Status
from retros.metrics.rules import Group, IncidentTimes, months

MAX_MONTHS = 60
DEFAULT_MONTHS = 12

BY = {"month": "Month", "severity": "Severity", "surface": "Surface"}

COUNTED = ("active", "watching", "closed")
"""Incidents declared in error, or backfilled from memory, have no times of their own to measure.
They are counted apart."""


@dataclass(frozen=True, slots=True)
class MetricsFilter:
    """``first`` and ``last`` are months by their first day. Unknown values in the query string are
    ignored."""

    first: date
    last: date
    by: str = "month"
    severity: str = ""
    surface: str = ""

    @classmethod
    def read(cls, query: QueryDict, today: date) -> "MetricsFilter":
        last = _month(query.get("to", "")) or date(today.year, today.month, 1)
        first = _month(query.get("from", "")) or _back(last, DEFAULT_MONTHS - 1)
        first = max(min(first, last), _back(last, MAX_MONTHS - 1))
        by, severity = query.get("by", ""), query.get("severity", "")
        return cls(
            first=first,
            last=last,
            by=by if by in BY else "month",
            severity=severity if severity in Severity.values else "",
            surface=query.get("surface", "").replace("\x00", "")[:100],
        )

    def incidents(self, reader: Person) -> QuerySet[Incident]:
        """Incidents declared in the period that the reader may enter."""
        return self._declared(reader).filter(status__in=COUNTED)

    def left_out(self, reader: Person) -> Mapping[str, int]:
        """How many of the period do not count: ``backfilled``, and declared ``in_error``."""
        rows = self._declared(reader).order_by()
        return rows.aggregate(
            backfilled=Count("pk", filter=Q(status=Status.BACKFILLED)),
            in_error=Count("pk", filter=Q(status__in=IN_ERROR)),
        )

    def _declared(self, reader: Person) -> QuerySet[Incident]:
        rows = Incident.objects.visible_to(reader).filter(
            declared_at__gte=_start(self.first),
            declared_at__lt=_start(_back(self.last, -1)),
        )
        if self.severity:
            rows = rows.filter(severity=self.severity)
        return rows.filter(surfaces__slug=self.surface) if self.surface else rows

    def groups(self, lived: Sequence[IncidentTimes]) -> tuple[Group, ...]:
        if self.by == "month":
            return months(self.first, self.last)
        if self.by == "severity":
            return tuple(Group(str(s.value), str(s.label), str(s.label)) for s in Severity)
        names = sorted({name for incident in lived for name in incident.surfaces})
        return tuple(Group(name, name, name[:7]) for name in names)

    def sorted_in(self, lived: Sequence[IncidentTimes]) -> Mapping[str, Sequence[IncidentTimes]]:
        """The incidents by key of their group; one with two surfaces is in both."""
        groups: dict[str, list[IncidentTimes]] = defaultdict(list)
        for incident in lived:
            for key in self._keys(incident):
                groups[key].append(incident)
        return groups

    def _keys(self, incident: IncidentTimes) -> Sequence[str]:
        if self.by == "month":
            return (incident.month.isoformat()[:7],)
        return (incident.severity,) if self.by == "severity" else incident.surfaces


def _month(text: str) -> date | None:
    """``2026-03``."""
    try:
        month = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None
    return month if month and 2000 <= month.year < 3000 else None


def _back(at: date, number: int) -> date:
    months_since = at.year * 12 + at.month - 1 - number
    return date(months_since // 12, months_since % 12 + 1, 1)


def _start(at: date) -> datetime:
    return datetime(at.year, at.month, 1, tzinfo=UTC)

"""Which incidents the numbers are of, as the address says it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from incidents.models import Incident, Person
from incidents.vocabulary import IN_ERROR, Severity, Status
from retros.metrics.rules import Group, Lived, months

LONGEST = 60
"""Months of a period."""
USUAL = 12

BY = {"month": "Month", "severity": "Severity", "surface": "Surface"}

COUNTED = ("active", "watching", "closed")
"""What was declared in error, or only written up afterwards, says nothing of how it was done: its
times are as remembered, and none of them was kept or missed here. It is counted apart."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``first`` and ``last`` are months by their first day. What the address says badly is not
    wanted."""

    first: date
    last: date
    by: str = "month"
    severity: str = ""
    surface: str = ""

    @classmethod
    def read(cls, said: QueryDict, today: date) -> "Wanted":
        last = _month(said.get("to", "")) or date(today.year, today.month, 1)
        first = _month(said.get("from", "")) or _back(last, USUAL - 1)
        first = max(min(first, last), _back(last, LONGEST - 1))
        by, severity = said.get("by", ""), said.get("severity", "")
        return cls(
            first=first,
            last=last,
            by=by if by in BY else "month",
            severity=severity if severity in Severity.values else "",
            surface=said.get("surface", "").replace("\x00", "")[:100],
        )

    def incidents(self, reader: Person) -> QuerySet[Incident]:
        """Those that the reader may enter, by when they were declared."""
        return self._declared(reader).filter(status__in=COUNTED)

    def left_out(self, reader: Person) -> Mapping[str, int]:
        """How many of the same do not count: ``backfilled``, and declared ``in_error``."""
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

    def groups(self, lived: Sequence[Lived]) -> tuple[Group, ...]:
        if self.by == "month":
            return months(self.first, self.last)
        if self.by == "severity":
            return tuple(Group(str(s.value), str(s.label), str(s.label)) for s in Severity)
        names = sorted({name for one in lived for name in one.surfaces})
        return tuple(Group(name, name, name[:7]) for name in names)

    def sorted_in(self, lived: Sequence[Lived]) -> Mapping[str, Sequence[Lived]]:
        """By the key of the group; an incident of two surfaces stands in both."""
        found: dict[str, list[Lived]] = defaultdict(list)
        for one in lived:
            for key in self._keys(one):
                found[key].append(one)
        return found

    def _keys(self, one: Lived) -> Sequence[str]:
        if self.by == "month":
            return (one.month.isoformat()[:7],)
        return (one.severity,) if self.by == "severity" else one.surfaces


def _month(text: str) -> date | None:
    """``2026-03``."""
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 3000 else None


def _back(at: date, number: int) -> date:
    months_since = at.year * 12 + at.month - 1 - number
    return date(months_since // 12, months_since % 12 + 1, 1)


def _start(at: date) -> datetime:
    return datetime(at.year, at.month, 1, tzinfo=UTC)

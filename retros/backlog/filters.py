"""The filter of the backlog page, read from the query string."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.http import QueryDict

from incidents.models import Incident, Person
from incidents.models.text_search import Contains
from incidents.vocabulary import Severity
from incidents.web.time_zone import number
from retros.models import BacklogItem
from retros.models.backlog import BacklogItemQuerySet
from retros.vocabulary import OPEN_STATES, BacklogState

NOBODY = "nobody"
MAX_SEARCH_CHARACTERS = 100

_REFERENCE = re.compile(r"(HARD|INC)-([0-9]{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BacklogFilter:
    """``owner`` is a person's key or "nobody". Unknown values in the query string are ignored."""

    states: tuple[str, ...] = OPEN_STATES
    overdue: bool = False
    mine: bool = False
    owner: str = ""
    severity: str = ""
    surface: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "BacklogFilter":
        states = tuple(state for state in BacklogState.values if state in query.getlist("state"))
        owner, severity = query.get("owner", ""), query.get("severity", "")
        return cls(
            states=states or OPEN_STATES,
            overdue=query.get("due") == "late",
            mine=query.get("mine") == "1",
            owner=owner if owner == NOBODY or number(owner) is not None else "",
            severity=severity if severity in Severity.values else "",
            surface=query.get("surface", "").replace("\x00", "")[:MAX_SEARCH_CHARACTERS],
            q=query.get("q", "").replace("\x00", "").strip()[:MAX_SEARCH_CHARACTERS],
        )

    @property
    def is_usual(self) -> bool:
        """Everything that is open, whoever owns it."""
        return self == BacklogFilter()

    def rows(self, reader: Person, today: date) -> BacklogItemQuerySet:
        """The items of incidents that the reader may enter, the most urgent first."""
        rows = BacklogItem.objects.visible_to(reader).filter(*self._conditions(reader))
        if self.overdue:
            rows = rows.overdue(today)
        return rows.by_urgency()

    def _conditions(self, reader: Person) -> Iterator[Q]:
        yield Q(state__in=self.states)
        if self.mine:
            yield Q(owner=reader)
        if self.owner:
            yield Q(owner=None) if self.owner == NOBODY else Q(owner=number(self.owner))
        if self.severity:
            yield Q(incident__severity=self.severity)
        if self.surface:
            # A subquery, not a join: an incident with two surfaces lists each item once.
            yield Q(incident__in=Incident.objects.filter(surfaces__slug=self.surface))
        if self.q:
            yield _matches(self.q)


def _matches(text: str) -> Q:
    """A search: text of the item, its reference, or that of its incident."""
    if reference := _REFERENCE.fullmatch(text):
        which = "pk" if reference[1].upper() == "HARD" else "incident"
        return Q(**{which: int(reference[2])})
    return Q(*(Contains(field, text) for field in ("title", "detail", "tracker")), _connector=Q.OR)


def counts(reader: Person, today: date) -> dict[str, int]:
    """How many items the reader may know are open, overdue, and done this year. One query."""
    is_open = Q(state__in=OPEN_STATES)
    return BacklogItem.objects.visible_to(reader).aggregate(
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(due_on__lt=today)),
        done=Count("pk", filter=Q(state=BacklogState.DONE, closed_at__year=today.year)),
    )

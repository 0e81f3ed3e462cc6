"""Which items of the backlog somebody wants to see, as the address says it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.http import QueryDict

from incidents.models import Incident, Person
from incidents.vocabulary import Severity
from incidents.web.time_zone import number
from retros.models import BacklogItem
from retros.models.backlog import BacklogItemQuerySet
from retros.vocabulary import OPEN_STATES, BacklogState

NOBODY = "nobody"
LONGEST = 100
"""Characters of a search."""

_REFERENCE = re.compile(r"(HARD|INC)-([0-9]{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """``owner`` is a person's key or "nobody". What the address says badly is not wanted."""

    states: tuple[str, ...] = OPEN_STATES
    overdue: bool = False
    mine: bool = False
    owner: str = ""
    severity: str = ""
    surface: str = ""
    q: str = ""

    @classmethod
    def read(cls, said: QueryDict) -> "Wanted":
        states = tuple(state for state in BacklogState.values if state in said.getlist("state"))
        owner, severity = said.get("owner", ""), said.get("severity", "")
        return cls(
            states=states or OPEN_STATES,
            overdue=said.get("due") == "late",
            mine=said.get("mine") == "1",
            owner=owner if owner == NOBODY or number(owner) is not None else "",
            severity=severity if severity in Severity.values else "",
            surface=said.get("surface", "").replace("\x00", "")[:LONGEST],
            q=said.get("q", "").replace("\x00", "").strip()[:LONGEST],
        )

    @property
    def is_usual(self) -> bool:
        """Everything that is open, whoever owns it."""
        return self == Wanted()

    def rows(self, reader: Person, today: date) -> BacklogItemQuerySet:
        """The items, the most urgent first: of incidents that the reader may enter, no other."""
        rows = BacklogItem.objects.visible_to(reader).filter(*self._conditions(reader))
        if self.overdue:
            rows = rows.overdue(today)
        return rows.most_urgent_first()

    def _conditions(self, reader: Person) -> Iterator[Q]:
        yield Q(state__in=self.states)
        if self.mine:
            yield Q(owner=reader)
        if self.owner:
            yield Q(owner=None) if self.owner == NOBODY else Q(owner=number(self.owner))
        if self.severity:
            yield Q(incident__severity=self.severity)
        if self.surface:
            # Not joined: an incident with two surfaces has each of its items once.
            yield Q(incident__in=Incident.objects.filter(surfaces__slug=self.surface))
        if self.q:
            yield _says(self.q)


def _says(text: str) -> Q:
    """Words of the item, or the reference of it or of its incident."""
    if found := _REFERENCE.fullmatch(text):
        which = "pk" if found[1].upper() == "HARD" else "incident"
        return Q(**{which: int(found[2])})
    return Q(title__icontains=text) | Q(detail__icontains=text) | Q(tracker__icontains=text)


def counts(reader: Person, today: date) -> dict[str, int]:
    """How much is open, overdue and done this year, of all that the reader may know. One query."""
    is_open = Q(state__in=OPEN_STATES)
    return BacklogItem.objects.visible_to(reader).aggregate(
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(due_on__lt=today)),
        done=Count("pk", filter=Q(state=BacklogState.DONE, closed_at__year=today.year)),
    )

"""The duty of a watch owner: the oldest check-in that is not answered."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from incidents.duties.duty import Duty, register_while
from incidents.duties.urgency import Urgency
from incidents.facts.incident import IncidentFacts
from incidents.facts.summary import COLUMNS
from incidents.models import Incident, Person
from incidents.vocabulary import RoleName, Status
from retros.models import CheckIn
from retros.watch.facts import watch_href
from retros.watch.rules import CHECK_IN_GRACE

DUE_COLUMN = "its_check_in"


def _unanswered() -> "QuerySet[CheckIn]":
    rows = CheckIn.objects.filter(closing__ended_at=None, answered_at=None)
    return rows.order_by("due_at")


@COLUMNS.register_as(DUE_COLUMN)
def _due_column() -> Subquery:
    """The due time as a column of the incident, so that the home page needs no further query."""
    rows = _unanswered().filter(closing__incident=OuterRef("pk"))
    return Subquery(rows.values("due_at")[:1])


@register_while(Status.WATCHING)
def of_owner(all_facts: Sequence[IncidentFacts], person: Person, now: datetime) -> Iterable[Duty]:
    """No query on the home page; one in a room, for its watch owner."""
    for facts in all_facts:
        if facts.holder(RoleName.WATCH_OWNER) == person:
            due_at = _due_at(facts.incident)
            if due_at is not None and due_at <= now:
                yield _duty(facts.incident, due_at, now)


def _due_at(incident: Incident) -> datetime | None:
    if hasattr(incident, DUE_COLUMN):
        due_at: datetime | None = getattr(incident, DUE_COLUMN)
        return due_at
    rows = _unanswered().filter(closing__incident=incident)
    return rows.values_list("due_at", flat=True).first()


def _duty(incident: Incident, due_at: datetime, now: datetime) -> Duty:
    missed = now >= due_at + CHECK_IN_GRACE
    request = "Look, and say what you see: a figure, and where you read it."
    return Duty(
        incident=incident,
        role="watch owner",
        urgency=Urgency.CHECK_IN,
        title=f"Check in on {incident.reference}",
        why=f"It was missed. {request}" if missed else request,
        href=watch_href(incident),
        button="Check in",
        key="D",
        due_at=due_at,
        overdue=missed,
    )

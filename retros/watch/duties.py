"""What a watch asks of its owner: the check-in that has waited longest."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from incidents.duties.duty import Duty, register_while
from incidents.facts.incident import IncidentFacts
from incidents.facts.summary import register_column
from incidents.models import Incident, Person
from incidents.vocabulary import RoleName, Status
from retros.closing.actions import watch_href
from retros.models import CheckIn
from retros.watch.rules import GRACE

ASKED_AT = "its_check_in"


def _unanswered() -> "QuerySet[CheckIn]":
    rows = CheckIn.objects.filter(closing__ended_at=None, answered_at=None)
    return rows.order_by("due_at")


@register_column(ASKED_AT)
def _asked_at() -> Subquery:
    """It comes with the incident: a person's page has no query to spare."""
    rows = _unanswered().filter(closing__incident=OuterRef("pk"))
    return Subquery(rows.values("due_at")[:1])


@register_while(Status.WATCHING)
def of_owner(standings: Sequence[IncidentFacts], person: Person, now: datetime) -> Iterable[Duty]:
    """No query on a person's page; one in a room, for its watch owner."""
    for facts in standings:
        if facts.holder(RoleName.WATCH_OWNER) == person:
            due_at = _due_at(facts.incident)
            if due_at is not None and due_at <= now:
                yield _duty(facts.incident, due_at, now)


def _due_at(incident: Incident) -> datetime | None:
    if hasattr(incident, ASKED_AT):
        found: datetime | None = getattr(incident, ASKED_AT)
        return found
    rows = _unanswered().filter(closing__incident=incident)
    return rows.values_list("due_at", flat=True).first()


def _duty(incident: Incident, due_at: datetime, now: datetime) -> Duty:
    missed = now >= due_at + GRACE
    asked = "Look, and say what you see: a figure, and where you read it."
    return Duty(
        incident,
        "watch owner",
        8,
        f"Check in on {incident.reference}",
        f"It was missed. {asked}" if missed else asked,
        watch_href(incident),
        "Check in",
        "D",
        due_at,
        missed,
    )

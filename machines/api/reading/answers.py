"""What the answers of reading share: people, links, and the refusals that each operation has."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404
from ninja import Schema

from incidents.models import Evidence, Incident, Person
from incidents.models.author import Authored
from incidents.vocabulary import LaneKind
from machines.api.problems import Problem
from machines.api.schemas import Author, Reference

REFUSALS = (401, 403, 404, 422, 429)
"""No token, not permitted, not there (or hidden), unreadable, too often."""


class PersonName(Schema):
    """Somebody of this Warroom; ``username`` names them in a request."""

    username: str
    name: str


def answers(schema: Any, **others: Any) -> dict[Any, Any]:
    """What an operation may answer: its schema, ``s304=None`` and the like, or a problem."""
    more = {int(name.removeprefix("s")): other for name, other in others.items()}
    return {200: schema, **more, **dict.fromkeys(REFUSALS, Problem)}


def author_of(row: Authored) -> Author:
    return Author(kind=row.actor_kind, name=row.actor_name)


def person_name(person: Person) -> PersonName:
    return PersonName(username=person.username, name=str(person))


def person_or_none(person: Person | None) -> PersonName | None:
    return None if person is None else person_name(person)


def lane_or_none(lane: str) -> LaneKind | None:
    return LaneKind(lane) if lane else None


def link_to(path: str) -> str:
    """The address of a page, as somebody outside opens it."""
    return urljoin(settings.BASE_URL, path)


def reference_to(row: Any) -> Reference:
    """A row that has a page of its own."""
    return Reference(reference=row.reference, link=link_to(row.get_absolute_url()))


def references_to(rows: Any) -> list[Reference]:
    return [reference_to(row) for row in rows]


def cited(name: str = "evidence") -> Prefetch:
    """Evidence that a row cites, by number only."""
    return Prefetch(name, Evidence.objects.only("incident_id", "number").order_by("number"))


def numbered[M: Model](rows: QuerySet[M], number: int, reference: str, incident: Incident) -> M:
    """The row of that number, or 404."""
    row = rows.filter(number=number).first()
    if row is None:
        raise Http404(f"There is no {reference}{number} in {incident.reference}.")
    return row

"""Duties from reviews and retros: of the commander and, when late, of the deputy and admins."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from incidents.duties.duty import OUTLIVING_PROVIDERS, Duty
from incidents.duties.urgency import Urgency
from incidents.models import Assignment, Person
from incidents.vocabulary import RoleName
from retros.models import LookBack
from retros.review.rules import ADMINS_SEE_AFTER
from retros.vocabulary import Look

MAX_DUTIES = 50
"""Reviews and retros on one person's home page."""

_ASKS = {
    Look.REVIEW: "Five questions, while the details are fresh: each answer becomes work.",
    Look.RETRO: "What triggered it, what slowed it, what made it faster, which guardrail follows.",
}


@OUTLIVING_PROVIDERS.register
def of_commander(person: Person, now: datetime) -> Iterable[Duty]:
    """One query, however many there are."""
    rows = LookBack.objects.visible_to(person).pending()
    rows = rows.annotate(
        commands=Exists(_roles_of(person, RoleName.COMMANDER)),
        is_deputy=Exists(_roles_of(person, RoleName.DEPUTY)),
    ).filter(_conditions(person, now))
    for look in rows.select_related("incident", "closing").order_by("due_at", "pk")[:MAX_DUTIES]:
        role = "commander" if look.commands else "deputy" if look.is_deputy else "admin"
        yield _duty(look, role, now)


def _conditions(person: Person, now: datetime) -> Q:
    conditions = Q(commands=True) | Q(is_deputy=True, due_at__lte=now)
    if person.is_admin:
        for kind, after in ADMINS_SEE_AFTER.items():
            conditions |= Q(kind=kind, due_at__lte=now - after)
    return conditions


def _roles_of(person: Person, role: RoleName) -> QuerySet[Assignment]:
    roles = Assignment.objects.current().filter(role=role, person=person)
    return roles.filter(incident=OuterRef("incident"))


def _duty(look: LookBack, role: str, now: datetime) -> Duty:
    late, kind = look.due_at <= now, Look(look.kind)
    return Duty(
        incident=look.incident,
        role=role,
        urgency=Urgency.WRITE_REVIEW,
        title=f"Write the {kind.value} of {look.incident.reference}",
        why=f"It is late. {_ASKS[kind]}" if late else _ASKS[kind],
        href=look.get_absolute_url(),
        button="Write it",
        due_at=look.due_at,
        overdue=late,
    )

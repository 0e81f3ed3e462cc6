"""What looking back asks of people: of who commanded; when it is late, of deputies and admins."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from incidents.duties.duty import Duty, register_outliving
from incidents.models import Assignment, Person
from incidents.vocabulary import RoleName
from retros.models import LookBack
from retros.review.actions import look_href
from retros.review.rules import TOLD_ADMINS
from retros.vocabulary import Look

MOST = 50
"""Reviews and retros that are shown to one person as work."""

_ASKS = {
    Look.REVIEW: "Five questions, while the details are fresh: each answer becomes work.",
    Look.RETRO: "What triggered it, what slowed it, what made it faster, which guardrail follows.",
}


@register_outliving
def of_who_commanded(person: Person, now: datetime) -> Iterable[Duty]:
    """One query, whatever there is."""
    rows = LookBack.objects.visible_to(person).owed()
    rows = rows.annotate(
        commands=Exists(_held(person, RoleName.COMMANDER)),
        is_deputy=Exists(_held(person, RoleName.DEPUTY)),
    ).filter(_wanted(person, now))
    for look in rows.select_related("incident", "closing").order_by("due_at", "pk")[:MOST]:
        role = "commander" if look.commands else "deputy" if look.is_deputy else "admin"
        yield _duty(look, role, now)


def _wanted(person: Person, now: datetime) -> Q:
    wanted = Q(commands=True) | Q(is_deputy=True, due_at__lte=now)
    if person.is_admin:
        for kind, after in TOLD_ADMINS.items():
            wanted |= Q(kind=kind, due_at__lte=now - after)
    return wanted


def _held(person: Person, role: RoleName) -> QuerySet[Assignment]:
    held = Assignment.objects.current().filter(role=role, person=person)
    return held.filter(incident=OuterRef("incident"))


def _duty(look: LookBack, role: str, now: datetime) -> Duty:
    late, kind = look.due_at <= now, Look(look.kind)
    return Duty(
        look.incident,
        role,
        70,
        f"Write the {kind.value} of {look.incident.reference}",
        f"It is late. {_ASKS[kind]}" if late else _ASKS[kind],
        look_href(look),
        "Write it",
        due_at=look.due_at,
        overdue=late,
    )

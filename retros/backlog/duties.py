"""Duties from the backlog: one's own items that are near or late; for admins, long overdue ones."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from incidents.duties.duty import OUTLIVING_PROVIDERS, Duty
from incidents.duties.urgency import Urgency
from incidents.models import Person
from retros.backlog.reminder_rules import ADMINS_SEE_AFTER, LEAD, end_of_day
from retros.backlog.rules import today
from retros.models import BacklogItem

MAX_DUTIES = 50
"""Items on one person's home page; the backlog page has the rest."""


@OUTLIVING_PROVIDERS.register
def of_owner(person: Person, now: datetime) -> Iterable[Duty]:
    """One query, however many items there are."""
    day = today(now)
    mine = Q(owner=person, due_on__lte=day + LEAD)
    if person.is_admin:
        mine |= Q(due_on__lt=day - ADMINS_SEE_AFTER)
    rows = BacklogItem.objects.visible_to(person).open().filter(mine)
    for item in rows.select_related("incident", "owner").by_urgency()[:MAX_DUTIES]:
        yield _duty(item, person, now)


def _duty(item: BacklogItem, person: Person, now: datetime) -> Duty:
    assert item.due_on is not None
    late = item.is_overdue(today(now))
    whose = "It is yours" if item.owner == person else f"{item.owner or 'Nobody'} owns it"
    return Duty(
        incident=item.incident,
        role="owner of the item" if item.owner == person else "admin",
        urgency=Urgency.HARDEN,
        title=str(item),
        why=f"{whose}, and it is late." if late else f"{whose}.",
        href=item.get_absolute_url(),
        button="Open",
        due_at=end_of_day(item.due_on),
        overdue=late,
        day=item.due_on,
    )

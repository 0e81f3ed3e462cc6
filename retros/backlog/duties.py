"""What the backlog asks of people: their items that are near or late; of admins, the forgotten."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from incidents.duties.duty import Duty, register_outliving
from incidents.models import Person
from retros.backlog.actions import today
from retros.backlog.reminders import LEAD, TOLD_ADMINS, over_at
from retros.models import BacklogItem

MOST = 50
"""Items of one person that are shown as work; the rest is a page away."""


@register_outliving
def of_owner(person: Person, now: datetime) -> Iterable[Duty]:
    """One query, whatever there is."""
    day = today(now)
    mine = Q(owner=person, due_on__lte=day + LEAD)
    if person.is_admin:
        mine |= Q(due_on__lt=day - TOLD_ADMINS)
    rows = BacklogItem.objects.visible_to(person).open().filter(mine)
    for item in rows.select_related("incident", "owner").most_urgent_first()[:MOST]:
        yield _duty(item, person, now)


def _duty(item: BacklogItem, person: Person, now: datetime) -> Duty:
    assert item.due_on is not None
    late = item.is_overdue(today(now))
    whose = "It is yours" if item.owner == person else f"{item.owner or 'Nobody'} owns it"
    return Duty(
        item.incident,
        "owner of the item" if item.owner == person else "admin",
        80,
        str(item),
        f"{whose}, and it is late." if late else f"{whose}.",
        item.get_absolute_url(),
        "Open",
        due_at=over_at(item.due_on),
        overdue=late,
        day=item.due_on,
    )

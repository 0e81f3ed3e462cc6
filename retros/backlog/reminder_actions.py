"""The reminders of hardening work, written once each."""

from datetime import datetime

from incidents.actions.claims import claim
from incidents.actions.notices import notify_step
from incidents.actions.ownership import can_answer
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person
from incidents.rules.wording import counted
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import SYSTEM
from retros.backlog.actions import today
from retros.backlog.reminders import DUE, SOON, reminder
from retros.models import BacklogItem


def remind(item_id: int, kind: str, *, now: datetime) -> bool:
    """Bring an item to its owner's mind, once; false when it is no longer due.

    Where nobody who can act owns it, whoever commanded the incident is told instead.
    """
    incident_id = BacklogItem.objects.values_list("incident_id", flat=True).get(pk=item_id)
    with incident_action("backlog.remind", SYSTEM, incident_id, now) as incident:
        item = incident.backlog.select_related("owner").get(pk=item_id)
        owed = reminder(item.due_on, item.created_at, now) if item.due_on else None
        # Meanwhile it may be done, or due on another day.
        if not item.is_open or owed is None or owed[0] != kind:
            return False
        if not claim(kind, str(item.pk), owed[1], now):
            return False
        person = _concerned(incident, item.owner)
        _tell(incident, item, kind, person, now)
    return True


def _concerned(incident: Incident, owner: Person | None) -> Person | None:
    able = (one for one in (owner, holder(incident, RoleName.COMMANDER)) if one is not None)
    return next((one for one in able if can_answer(incident, one)), None)


def _tell(
    incident: Incident, item: BacklogItem, kind: str, person: Person | None, now: datetime
) -> None:
    when = _when(item, kind, now)
    record(
        incident,
        kind,
        SYSTEM,
        now,
        subject=item.reference,
        title=item.title,
        when=when,
        told=str(person or "Nobody"),
    )
    if person is not None:
        sentence = f"{item.reference} of {incident.reference} {when}: {item.title}"[:300]
        notify_step(
            incident, [person], kind, sentence, item.get_absolute_url(), now, item.reference
        )


def _when(item: BacklogItem, kind: str, now: datetime) -> str:
    assert item.due_on is not None
    away = (item.due_on - today(now)).days
    if kind == SOON:
        return f"is due in {counted(away, 'day')}" if away > 1 else "is due tomorrow"
    return "is due today" if kind == DUE and not away else f"is {counted(-away, 'day')} late"

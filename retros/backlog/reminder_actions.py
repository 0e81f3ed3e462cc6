"""Sending the reminders of hardening work, each once."""

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
from retros.backlog.reminder_rules import DUE_KIND, SOON_KIND, last_reminder
from retros.backlog.rules import today
from retros.models import BacklogItem


def remind(item_id: int, kind: str, *, now: datetime) -> bool:
    """Remind the owner of an item, once; false when the reminder is no longer due.

    Where no owner can act, the incident's commander is reminded instead.
    """
    incident_id = BacklogItem.objects.values_list("incident_id", flat=True).get(pk=item_id)
    with incident_action("backlog.remind", SYSTEM, incident_id, now) as incident:
        item = incident.backlog.select_related("owner").get(pk=item_id)
        due = last_reminder(item.due_on, item.created_at, now) if item.due_on else None
        # Meanwhile it may be done, or due on another day.
        if not item.is_open or due is None or due[0] != kind:
            return False
        if not claim(kind, str(item.pk), due[1], now):
            return False
        person = _recipient(incident, item.owner)
        _record_and_notify(incident, item, kind, person, now)
    return True


def _recipient(incident: Incident, owner: Person | None) -> Person | None:
    candidates = (
        person for person in (owner, holder(incident, RoleName.COMMANDER)) if person is not None
    )
    return next((person for person in candidates if can_answer(incident, person)), None)


def _record_and_notify(
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
    if kind == SOON_KIND:
        return f"is due in {counted(away, 'day')}" if away > 1 else "is due tomorrow"
    return "is due today" if kind == DUE_KIND and not away else f"is {counted(-away, 'day')} late"

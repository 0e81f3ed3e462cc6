"""Sending the reminders of reviews and retros, each once."""

from datetime import datetime, timedelta

from incidents.actions.claims import claim
from incidents.actions.notices import notify_step
from incidents.actions.ownership import can_answer
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person
from incidents.rules.wording import duration, listed
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import SYSTEM
from retros.models import LookBack
from retros.review.rules import LATE_KIND, last_reminder


def remind(look_id: int, kind: str, *, now: datetime) -> bool:
    """Remind the commander of a review or retro, once; false when it is no longer due.

    The deputy is reminded too when it is late, and instead when no commander can act.
    """
    incident_id = LookBack.objects.values_list("incident_id", flat=True).get(pk=look_id)
    with incident_action("review.remind", SYSTEM, incident_id, now) as incident:
        look = LookBack.objects.pending().filter(pk=look_id).select_related("closing").first()
        # Meanwhile it may be finished, or the incident may be open again.
        if look is None:
            return False
        look.incident = incident
        reminder = last_reminder(look.kind, look.due_at, now)
        if reminder is None or reminder[0] != kind:
            return False
        if not claim(kind, str(look.pk), reminder[1], now):
            return False
        when = _when(look.due_at, now)
        recipients = _recipients(incident, kind.endswith(LATE_KIND))
        names = listed(str(person) for person in recipients) if recipients else "Nobody could be"
        record(incident, kind, SYSTEM, now, when=when, told=names, closing=look.closing.number)
        sentence = f"The {look.kind} of {incident.reference} {when}."
        notify_step(incident, recipients, kind, sentence, look.get_absolute_url(), now)
    return True


def _recipients(incident: Incident, late: bool) -> list[Person]:
    holders = (holder(incident, role) for role in (RoleName.COMMANDER, RoleName.DEPUTY))
    able = [
        person
        for person in dict.fromkeys(holders)
        if person is not None and can_answer(incident, person)
    ]
    return able if late else able[:1]


def _when(due_at: datetime, now: datetime) -> str:
    if now < due_at:
        return f"is due in {duration(due_at - now)}"
    return (
        "is due now" if now - due_at < timedelta(minutes=1) else f"is {duration(now - due_at)} late"
    )

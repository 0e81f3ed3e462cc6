"""The reminders of reviews and retros, written once each."""

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
from retros.review.actions import look_href
from retros.review.rules import LATE_KIND, reminder


def remind(look_id: int, kind: str, *, now: datetime) -> bool:
    """Bring a review or retro to mind, once; false when it is no longer due.

    It is the commander's. When it is late, or nobody commands who can act, the deputy hears it too.
    """
    incident_id = LookBack.objects.values_list("incident_id", flat=True).get(pk=look_id)
    with incident_action("review.remind", SYSTEM, incident_id, now) as incident:
        look = LookBack.objects.owed().filter(pk=look_id).select_related("closing").first()
        # Meanwhile it may be finished, or the incident be open again.
        if look is None:
            return False
        look.incident = incident
        owed = reminder(look.kind, look.due_at, now)
        if owed is None or owed[0] != kind or not claim(kind, str(look.pk), owed[1], now):
            return False
        when = _when(look.due_at, now)
        told = _concerned(incident, kind.endswith(LATE_KIND))
        names = listed(str(person) for person in told) if told else "Nobody could be"
        record(incident, kind, SYSTEM, now, when=when, told=names, closing=look.closing.number)
        words = f"The {look.kind} of {incident.reference} {when}."
        notify_step(incident, told, kind, words, look_href(look), now)
    return True


def _concerned(incident: Incident, late: bool) -> list[Person]:
    held = (holder(incident, role) for role in (RoleName.COMMANDER, RoleName.DEPUTY))
    able = [one for one in dict.fromkeys(held) if one is not None and can_answer(incident, one)]
    return able if late else able[:1]


def _when(due_at: datetime, now: datetime) -> str:
    if now < due_at:
        return f"is due in {duration(due_at - now)}"
    return (
        "is due now" if now - due_at < timedelta(minutes=1) else f"is {duration(now - due_at)} late"
    )

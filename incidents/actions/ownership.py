"""Who can own something in an incident: a branch, a risk, a freeze that is kept."""

from datetime import datetime

from incidents.actions.notices import notify_step
from incidents.models import Incident, Person
from kernel.actor import Actor


def can_answer(incident: Incident, person: Person) -> bool:
    """An active responder who may know of the incident."""
    return Incident.objects.visible_to(person).filter(pk=incident.pk).exists()


def notify_owner_step(
    incident: Incident,
    owner: Person,
    actor: Actor,
    kind: str,
    subject: str,
    what: str,
    href: str,
    now: datetime,
) -> None:
    """A notice to the new owner, unless they took it themselves."""
    if owner.pk == actor.id:
        return
    sentence = f"{subject} of {incident.reference} is yours: {what}"[:300]
    notify_step(incident, [owner], kind, sentence, href, now, subject)

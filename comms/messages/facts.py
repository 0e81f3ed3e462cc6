"""What is so around a message: the dataclasses that the rules judge, filled in few queries."""

from datetime import datetime

from django.conf import settings

from comms.models.message import Message
from comms.rules.message.common import Cadence, Correcting, Old, Owner
from comms.rules.message.update import Change, Situation
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Person
from incidents.vocabulary import ExecutionState, Severity
from kernel.refusal import Violation

type Found = tuple[Violation, ...]


def cadence(incident: Incident, now: datetime) -> Cadence:
    longest = settings.UPDATE_CADENCE[incident.severity]
    return Cadence(now, str(Severity(incident.severity).label), longest)


def situation(standing: IncidentFacts, now: datetime) -> Situation:
    """One query beside the standing: who takes part."""
    incident = standing.incident
    return Situation(
        cadence=cadence(incident, now),
        restricted=incident.restricted,
        impacted={surface.pk: surface.name for surface in standing.surfaces},
        changes=changes(standing),
        people=names(incident),
    )


def changes(standing: IncidentFacts) -> tuple[Change, ...]:
    """The mitigations that were executed."""
    return tuple(
        Change(one.reference, done_at, one.execution.state == ExecutionState.VERIFIED)
        for one in standing.decisions
        if one.execution.mitigates and (done_at := one.execution.done_at)
    )


def names(incident: Incident) -> tuple[str, ...]:
    """Whom readers must not hear named: everybody who takes part."""
    people = Person.objects.filter(participations__incident=incident)
    return tuple(str(person) for person in people.only("name", "username").order_by("pk"))


def owner(incident: Incident, person: Person | None) -> Owner | None:
    """A person as the rules see one."""
    if person is None:
        return None
    may_know = Incident.objects.known_to(person).filter(pk=incident.pk).exists()
    return Owner(str(person), person.is_active and person.is_responder, may_know)


def correcting(
    incident: Incident, kind: type[Message], number: int | None, words: str
) -> Correcting:
    """The message that is corrected, if it is of this incident and kind, and how it stands."""
    if number is None:
        return Correcting(words=words)
    rows = kind._default_manager.filter(incident=incident, number=number)
    old = rows.prefetch_related("corrections").first()
    if old is None:
        return Correcting(True, None, words)
    by = next((str(one) for one in old.corrections.all()), "")
    return Correcting(True, Old(str(old), by), words)

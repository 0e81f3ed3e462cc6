"""What lanes ask of people: to answer a handoff that is offered to them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incidents.duties.duty import Duty, register_while
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Person
from incidents.vocabulary import Status
from lanes.due import answer_due
from lanes.handoff import facts as handoff_facts
from lanes.models import Handoff


@register_while(Status.ACTIVE, Status.WATCHING)
def of_offers(standings: Sequence[IncidentFacts], person: Person, now: datetime) -> Iterable[Duty]:
    """One query, however many incidents there are; none where there is none."""
    incidents = {facts.incident.pk: facts.incident for facts in standings}
    if not incidents:
        return
    for made in _offered(list(incidents.values()), person):
        due_at = answer_due(made)
        yield Duty(
            incidents[made.incident_id],
            "receiver",
            4,
            f"Accept {made.label}, or decline it",
            f"{made.giver} offers you {made.owned} and owns it until you accept.",
            made.get_absolute_url(),
            "Read the handoff",
            "D",
            due_at,
            now >= due_at,
        )


def _offered(incidents: list[Incident], person: Person) -> Iterable[Handoff]:
    """What waits for the person; in one incident, of what its panels have read already."""
    if len(incidents) == 1:
        return [
            one
            for one in handoff_facts.waiting(incidents[0]).values()
            if one.receiver_id == person.pk
        ]
    rows = Handoff.objects.open().filter(incident__in=incidents, receiver=person)
    return rows.select_related("giver")

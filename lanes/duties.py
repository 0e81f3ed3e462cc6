"""The duty to answer a handoff, and when the notice of it is over."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from incidents.assessments.notices import ENDINGS
from incidents.duties.duty import Duty, register_while
from incidents.duties.urgency import Urgency
from incidents.facts.incident import IncidentFacts
from incidents.facts.summary import COLUMNS
from incidents.models import Incident, Notice, Person
from incidents.vocabulary import Status
from lanes.facts import handoffs as handoff_facts
from lanes.facts.handoffs import answer_due
from lanes.models import Handoff

_OFFERS_COLUMN = "its_offers"


@register_while(Status.ACTIVE, Status.WATCHING)
def handoff_duties(
    all_facts: Sequence[IncidentFacts], person: Person, now: datetime
) -> Iterable[Duty]:
    """One query for any number of incidents; none without incidents."""
    incidents = {facts.incident.pk: facts.incident for facts in all_facts}
    if not incidents:
        return
    for handoff in _offered(list(incidents.values()), person):
        due_at = answer_due(handoff)
        yield Duty(
            incident=incidents[handoff.incident_id],
            role="receiver",
            urgency=Urgency.ANSWER_HANDOFF,
            title=f"Accept {handoff.label}, or decline it",
            why=f"{handoff.giver} offers you {handoff.owned} and owns it until you accept.",
            href=handoff.get_absolute_url(),
            button="Read the handoff",
            key="D",
            due_at=due_at,
            overdue=now >= due_at,
        )


def _offered(incidents: list[Incident], person: Person) -> Iterable[Handoff]:
    """The person's open handoffs; for a single incident, from what its panels have already read."""
    if len(incidents) == 1:
        return [
            handoff
            for handoff in handoff_facts.open_handoffs(incidents[0]).values()
            if handoff.receiver_id == person.pk
        ]
    rows = Handoff.objects.open().filter(incident__in=incidents, receiver=person)
    return rows.select_related("giver")


@COLUMNS.register_as(_OFFERS_COLUMN)
def _offers_column() -> ArraySubquery:
    """The numbers of open offers as a column of the incident, for a page without its panels."""
    rows = Handoff.objects.open().filter(incident=OuterRef("pk")).order_by()
    return ArraySubquery(rows.values("number"))


@ENDINGS.register_as("handoff.offered")
@ENDINGS.register_as(handoff_facts.WAITING)
def is_answered(facts: IncidentFacts, notice: Notice) -> bool:
    if hasattr(facts.incident, _OFFERS_COLUMN):
        offers = {f"HO-{number}" for number in getattr(facts.incident, _OFFERS_COLUMN)}
    else:
        open_handoffs = handoff_facts.open_handoffs(facts.incident)
        offers = {handoff.reference for handoff in open_handoffs.values()}
    return notice.subject not in offers

"""Telling the room that its commander can no longer act, whichever door they left by."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from incidents.actions.claims import claim
from incidents.actions.notices import notify_step
from incidents.actions.transaction import incident_action
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import Assignment, Incident, Person
from incidents.timeline.record import record
from incidents.vocabulary import Group, RoleName
from kernel.actor import SYSTEM

ABSENT = "command.absent"
MAX_NOTIFIED = 50
"""At most so many participants are notified where no deputy can act."""


def announce_absence(assignment_id: int, *, now: datetime) -> bool:
    """Tell the room, and whoever can take command, once; false when it no longer applies."""
    row = Assignment.objects.get(pk=assignment_id)
    with incident_action("command.announce", SYSTEM, row.incident_id, now) as incident:
        facts = read_facts(incident)
        holder = facts.holders.get((RoleName.COMMANDER, ""))
        if holder is None or holder.pk != assignment_id or holder.can_act:
            return False
        if not claim(ABSENT, str(assignment_id), holder.since, now):
            return False
        people = _who_can_take_command(incident, facts)
        names = [*map(str, people[:2]), *(["others"] if people[2:] else [])]
        notified = " and ".join(names) or "Nobody"
        record(incident, ABSENT, SYSTEM, now, person=str(holder.person), notified=notified)
        sentence = f"{holder.person} can no longer act: you can take command of {incident}."[:300]
        href = reverse("take-command", args=[incident.pk])
        notify_step(incident, people, ABSENT, sentence, href, now)
    return True


def _who_can_take_command(incident: Incident, facts: IncidentFacts) -> list[Person]:
    """The deputy; where none can act, whoever takes part, or else the admins."""
    if facts.deputy is not None:
        return [facts.deputy]
    able = Person.objects.who_can_respond()
    taking_part = able.filter(pk__in=incident.participations.values("person"))
    admins = able.filter(Q(is_superuser=True) | Q(groups__name=Group.ADMIN))
    return list(taking_part[:MAX_NOTIFIED]) or list(admins[:MAX_NOTIFIED])

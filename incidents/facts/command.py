"""Whether the commander answers, and who may take command from them."""

from datetime import datetime

from django.conf import settings

from incidents.facts.incident import IncidentFacts
from incidents.models import Person
from incidents.rules.checkpoint import MISSED_AFTER
from incidents.rules.command import Absence, Taker
from incidents.vocabulary import RoleName


def absence_of(facts: IncidentFacts) -> Absence:
    """The facts about the commander's absence; no query."""
    holder = facts.holders.get((RoleName.COMMANDER, ""))
    next_checkpoint = facts.next_checkpoint
    return Absence(
        commander=str(holder.person) if holder else "",
        can_act=holder is not None and holder.can_act,
        seen_at=max(holder.since, holder.seen_at or holder.since)
        if holder
        else facts.incident.declared_at,
        missed_at=next_checkpoint.due_at + MISSED_AFTER if next_checkpoint else None,
        deputy=str(facts.deputy or ""),
        away_after=settings.COMMANDER_AWAY_AFTER,
        deputy_answers_within=settings.DEPUTY_ANSWERS_WITHIN,
    )


def taker_of(facts: IncidentFacts, person: Person) -> Taker:
    """What this person is in the incident; one query."""
    return Taker(
        is_commander=facts.commander == person,
        is_deputy=facts.deputy == person,
        is_admin=person.is_admin,
        participates=facts.incident.participations.filter(person=person).exists(),
    )


def may_be_taken(facts: IncidentFacts, now: datetime) -> bool:
    """Whether the commander is missing, so that the room offers command."""
    return absence_of(facts).since <= now

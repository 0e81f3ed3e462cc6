"""Who holds which role, and who takes part."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import (
    give_role_step,
    holder,
    join_step,
    responder_violations,
    role_label,
)
from incidents.actions.transaction import incident_action
from incidents.models import Assignment, Incident, Participation, Person
from incidents.push import publish
from incidents.rules import role as rules
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import Actor
from kernel.refusal import Refused

_COUNTERPART = {RoleName.COMMANDER: RoleName.DEPUTY, RoleName.DEPUTY: RoleName.COMMANDER}


def assign(
    actor: Actor,
    incident_id: int,
    *,
    role: str,
    lane: str = "",
    person: Person,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Give a role, or a lane, to a person. They become a participant and are notified.

    Commander and deputy are two people, so that one is left when the other is away.
    """
    with incident_action("role.assign", actor, incident_id, now, once=once) as incident:
        if problems := _assign_violations(incident, role, lane, person):
            raise Refused(problems)
        give_role_step(incident, actor, role, lane, person, now)
        if person.pk != actor.id:
            notify_step(
                incident,
                [person],
                "role.assigned",
                f"You are {role_label(role, lane)} of {incident.reference} {incident.title}."[:300],
                incident.get_absolute_url(),
                now,
            )
    return incident


def _assign_violations(
    incident: Incident, role: str, lane: str, person: Person
) -> rules.Violations:
    if problems := responder_violations(person, "person"):
        return problems
    counterpart = _COUNTERPART.get(RoleName(role))
    if counterpart is not None and holder(incident, counterpart) == person:
        return rules.deputy_violations(str(person), counterpart.label.lower())
    if holder(incident, role, lane) == person:
        return rules.same_holder_violations(str(person), role_label(role, lane))
    return ()


def add_participant(
    actor: Actor, incident_id: int, *, person: Person, now: datetime, once: UUID | None = None
) -> Incident:
    """Let a responder take part; in a restricted incident this lets them see it."""
    with incident_action("participant.change", actor, incident_id, now, once=once) as incident:
        if problems := responder_violations(person, "person"):
            raise Refused(problems)
        if not join_step(incident, person, now):
            raise Refused(rules.already_participating_violations(str(person)))
        record(incident, "participant.added", actor, now, person=str(person))
        notify_step(
            incident,
            [person],
            "participant.added",
            f"You take part in {incident.reference} {incident.title}."[:300],
            incident.get_absolute_url(),
            now,
        )
    return incident


def remove_participant(
    actor: Actor, incident_id: int, *, person: Person, now: datetime, once: UUID | None = None
) -> Incident:
    """End somebody's participation. Role holders hand over first, so that nothing is unowned."""
    with incident_action("participant.change", actor, incident_id, now, once=once) as incident:
        assignments = Assignment.objects.current().filter(incident=incident, person=person)
        roles = [assignment.label for assignment in assignments]
        if problems := rules.leave_violations(str(person), roles):
            raise Refused(problems)
        removed, _ = Participation.objects.filter(incident=incident, person=person).delete()
        if not removed:
            raise Refused(rules.not_participating_violations(str(person)))
        record(incident, "participant.removed", actor, now, person=str(person))
        transaction.on_commit(lambda: publish.access_changed(person.pk, incident.pk))
    return incident

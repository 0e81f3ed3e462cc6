"""Who holds which role, and who takes part."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import (
    free_deputy_step,
    give_role_step,
    holder,
    join_step,
    responder_violations,
    role_label,
)
from incidents.actions.transaction import incident_action
from incidents.facts.command import absence_of, taker_of
from incidents.facts.incident import read_facts
from incidents.models import Assignment, Incident, Participation, Person
from incidents.push import publish
from incidents.rules import role as rules
from incidents.rules.command import take_violations, why_taken
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind, RoleName
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text

MAX_REASON_LENGTH = 500

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


def claim_lane(
    actor: Actor, incident_id: int, *, lane: str, now: datetime, once: UUID | None = None
) -> Incident:
    """Become the owner of a lane that has none who can act. Whoever claims takes part."""
    with incident_action("lane.claim", actor, incident_id, now, once=once) as incident:
        person = Person.objects.get(pk=actor.id)
        assignment = read_facts(incident).holders.get((RoleName.LANE_OWNER, lane))
        owner = str(assignment.person) if assignment else ""
        label = str(LaneKind(lane).label)
        if problems := rules.claim_violations(
            label, owner, can_act=bool(assignment and assignment.can_act)
        ):
            raise Refused(problems)
        give_role_step(incident, actor, RoleName.LANE_OWNER, lane, person, now)
        commander = holder(incident, RoleName.COMMANDER)
        if commander is not None and commander != person:
            sentence = f"{person} claimed the lane {label} of {incident.reference}."
            href = incident.get_absolute_url()
            notify_step(incident, [commander], "role.assigned", sentence, href, now)
    return incident


def join(actor: Actor, incident_id: int, *, now: datetime, once: UUID | None = None) -> Incident:
    """Take part oneself. Only who may know of the incident gets this far."""
    with incident_action("participant.join", actor, incident_id, now, once=once) as incident:
        person = Person.objects.get(pk=actor.id)
        if not join_step(incident, person, now):
            raise Refused(rules.already_participating_violations("You"))
        record(incident, "participant.added", actor, now, person=str(person))
    return incident


def take_command(
    actor: Actor,
    incident_id: int,
    *,
    reason: str = "",
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Become commander while the commander does not answer. They are told, and so is the deputy.

    The record says from whom, why, and that command was taken. It goes back by a handoff.
    """
    with incident_action("command.take", actor, incident_id, now, once=once) as incident:
        person = Person.objects.get(pk=actor.id)
        facts = read_facts(incident)
        absence = absence_of(facts)
        taker = taker_of(facts, person)
        if problems := take_violations(absence, taker, reason, now):
            raise Refused(problems)
        before = facts.holders.get((RoleName.COMMANDER, ""))
        record(
            incident,
            "command.taken",
            actor,
            now,
            person=str(person),
            person_id=person.pk,
            before=absence.commander,
            why=why_taken(absence, taker, now),
            reason=clean_text(reason, MAX_REASON_LENGTH),
        )
        free_deputy_step(incident, actor, person, now)
        give_role_step(incident, actor, RoleName.COMMANDER, "", person, now)
        people = [before.person] if before else []
        if facts.deputy is not None and facts.deputy != person:
            people.append(facts.deputy)
        sentence = f"{person} took command of {incident.reference}. A handoff gives it back."
        notify_step(incident, people, "command.taken", sentence, incident.get_absolute_url(), now)
    return incident


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

"""Who holds which role, and who takes part."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from incidents.actions.drafts import notify_draft_authors_step
from incidents.actions.lifecycle import refuse_unfit
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder, join_step, put_in_role_step, role_label
from incidents.actions.transaction import incident_action
from incidents.models import Assignment, Incident, Participation, Person
from incidents.push import publish
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import Actor
from kernel.refusal import Refused

_COUNTERPART = {RoleName.COMMANDER: RoleName.DEPUTY, RoleName.DEPUTY: RoleName.COMMANDER}

type Follower = Callable[[Incident, str, str, Person, Actor, datetime], None]

_followers: list[Follower] = []


def register_follower(follower: Follower) -> Follower:
    """Be called, in the same transaction, whenever a role or a lane passes to a person."""
    _followers.append(follower)
    return follower


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
    """Give a role, or a lane, to a person. They take part from now on and are told.

    Commander and deputy are two people: the deputy is who is left when the commander is not.
    """
    with incident_action("role.assign", actor, incident_id, now, once=once) as incident:
        refuse_unfit(person, "person")
        _refuse_double_command(incident, role, person)
        if holder(incident, role, lane) == person:
            raise Refused.because(
                "R-SAME", f"{person} already is {role_label(role, lane)}.", "person"
            )
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


def give_role_step(
    incident: Incident, actor: Actor, role: str, lane: str, person: Person, now: datetime
) -> None:
    """A step: the role passes, the timeline tells it, and whoever follows it keeps up."""
    before = put_in_role_step(incident, role, lane, person, now)
    record(
        incident,
        "role.assigned",
        actor,
        now,
        lane=lane,
        role=role_label(role, lane),
        person=str(person),
        person_id=person.pk,
        before=f"Before: {before}." if before else "",
    )
    if role == RoleName.COMMANDER:
        notify_draft_authors_step(incident, person, now)
    for follower in _followers:
        follower(incident, role, lane, person, actor, now)


def _refuse_double_command(incident: Incident, role: str, person: Person) -> None:
    other = _COUNTERPART.get(RoleName(role))
    if other is not None and holder(incident, other) == person:
        raise Refused.because(
            "R-DEPUTY",
            f"{person} already is {other.label.lower()}; commander and deputy are two people.",
            "person",
        )


def add_participant(
    actor: Actor, incident_id: int, *, person: Person, now: datetime, once: UUID | None = None
) -> Incident:
    """Let a responder take part; in a restricted incident this is what lets them see it."""
    with incident_action("participant.change", actor, incident_id, now, once=once) as incident:
        refuse_unfit(person, "person")
        if not join_step(incident, person, now):
            raise Refused.because("R-SAME", f"{person} already takes part.", "person")
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
    """End somebody's part. Who holds a role hands it over first, so that nothing is unowned."""
    with incident_action("participant.change", actor, incident_id, now, once=once) as incident:
        assignments = Assignment.objects.current().filter(incident=incident, person=person)
        if roles := [assignment.label for assignment in assignments]:
            raise Refused.because(
                "R-HOLDS",
                f"{person} still is {', '.join(roles)}. Give that to others first.",
                "person",
            )
        removed, _ = Participation.objects.filter(incident=incident, person=person).delete()
        if not removed:
            raise Refused.because("R-SAME", f"{person} does not take part.", "person")
        record(incident, "participant.removed", actor, now, person=str(person))
        transaction.on_commit(lambda: publish.access_changed(person.pk, incident.pk))
    return incident

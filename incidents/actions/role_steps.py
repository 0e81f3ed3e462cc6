"""Steps that give roles, inside the transaction of an action."""

from datetime import datetime

from incidents.actions.draft_steps import notify_draft_authors_step
from incidents.locking import check_locked
from incidents.models import Assignment, Incident, Participation, Person
from incidents.rules import role as rules
from incidents.signals import role_given
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind, RoleName
from kernel.actor import Actor


def holder(incident: Incident, role: str, lane: str = "") -> Person | None:
    """Who holds a role now."""
    assignment = (
        Assignment.objects.current()
        .filter(incident=incident, role=role, lane=lane)
        .select_related("person")
        .first()
    )
    return assignment.person if assignment else None


def responder_violations(person: Person, field: str) -> rules.Violations:
    """A role can only be given to an active responder."""
    can_respond = person.is_active and person.is_responder
    return rules.responder_violations(str(person), can_respond=can_respond, field=field)


def join_step(incident: Incident, person: Person, now: datetime) -> bool:
    """Make the person a participant; true when they were not one before."""
    check_locked(incident)
    _, created = Participation.objects.get_or_create(
        incident=incident, person=person, defaults={"since": now}
    )
    return created


def put_in_role_step(
    incident: Incident, role: str, lane: str, person: Person, now: datetime
) -> Person | None:
    """Give a role to a person from now on; returns who held it before."""
    check_locked(incident)
    current = (
        Assignment.objects.current()
        .filter(incident=incident, role=role, lane=lane)
        .select_related("person")
        .first()
    )
    if current is not None:
        current.until = now
        current.save(update_fields=["until"])
    Assignment.objects.create(incident=incident, role=role, lane=lane, person=person, since=now)
    join_step(incident, person, now)
    return current.person if current else None


def give_role_step(
    incident: Incident, actor: Actor, role: str, lane: str, person: Person, now: datetime
) -> None:
    """Give the role, record it, notify authors of drafts, and send ``role_given``."""
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
    role_given.send(
        sender=Incident,
        incident=incident,
        role=role,
        lane=lane,
        person=person,
        actor=actor,
        now=now,
    )


def free_deputy_step(incident: Incident, actor: Actor, commander: Person, now: datetime) -> None:
    """End the deputy role of somebody who becomes commander: they must be two people."""
    assignments = Assignment.objects.current().filter(
        incident=incident, role=RoleName.DEPUTY, person=commander
    )
    if assignments.update(until=now):
        record(
            incident,
            "role.assigned",
            actor,
            now,
            role=RoleName.DEPUTY.label,
            person="nobody",
            person_id=None,
            before=f"Before: {commander}.",
        )


def role_label(role: str, lane: str = "") -> str:
    return f"{LaneKind(lane).label} owner" if lane else RoleName(role).label

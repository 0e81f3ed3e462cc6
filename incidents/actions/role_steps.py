"""Steps that give roles, inside the transaction of an action that locked the incident."""

from datetime import datetime

from incidents.locking import check_locked
from incidents.models import Assignment, Incident, Participation, Person
from incidents.vocabulary import LaneKind, RoleName


def holder(incident: Incident, role: str, lane: str = "") -> Person | None:
    """Who holds a role now."""
    assignment = (
        Assignment.objects.current()
        .filter(incident=incident, role=role, lane=lane)
        .select_related("person")
        .first()
    )
    return assignment.person if assignment else None


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


def role_label(role: str, lane: str = "") -> str:
    return f"{LaneKind(lane).label} owner" if lane else RoleName(role).label

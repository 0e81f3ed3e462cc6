"""The notices of a person, until they mark them as seen."""

from datetime import datetime

from django.db.models import QuerySet

from incidents.models import Incident, Notice, Person


def unseen(person: Person, incident: Incident | None = None) -> QuerySet[Notice]:
    """The person's unseen notices, newest first: of one incident, or of all they may see."""
    notices = Notice.objects.filter(person=person, seen_at=None).select_related("incident")
    if incident is not None:
        return notices.filter(incident=incident)
    return notices.filter(incident__in=Incident.objects.visible_to(person))


def see_all(person: Person, incident: Incident, now: datetime) -> int:
    """Mark all of the person's notices of an incident as seen; returns how many."""
    return Notice.objects.filter(person=person, incident=incident, seen_at=None).update(seen_at=now)


def see(person: Person, pk: int, now: datetime) -> Notice | None:
    """Mark the person's own notice as seen; the first time counts. None if there is no such one."""
    notice = Notice.objects.filter(person=person, pk=pk).first()
    if notice is not None and notice.seen_at is None:
        notice.seen_at = now
        notice.save(update_fields=["seen_at"])
    return notice

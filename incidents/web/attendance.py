"""When commander and deputy were in the room last: others may take command when they are away."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import Q

from incidents.models import Assignment, Participation
from incidents.vocabulary import RoleName

NOTE_EVERY = timedelta(seconds=30)
"""A time newer than this stays as it is, so that a room costs few writes."""


def note_in_room(people_by_incident: Mapping[int, Collection[int]], now: datetime) -> None:
    """Store that these people are in these rooms now; two statements for all of them."""
    in_command = Assignment.objects.current().filter(
        incident__in=people_by_incident, role__in=(RoleName.COMMANDER, RoleName.DEPUTY)
    )
    here = Q()
    for incident_id, person_id in in_command.values_list("incident_id", "person_id"):
        if person_id in people_by_incident[incident_id]:
            here |= Q(incident=incident_id, person=person_id)
    if here:
        stale = Q(seen_at=None) | Q(seen_at__lte=now - NOTE_EVERY)
        Participation.objects.filter(here & stale).update(seen_at=now)

"""The open watch of an incident, and the page it is kept on."""

from django.urls import reverse

from incidents.models import Incident, TimelineEntry
from retros.models import Closing


def open_watch(incident: Incident) -> Closing | None:
    """The closing whose watch is open."""
    return Closing.objects.filter(incident=incident, ended_at=None).first()


MAX_UNSCHEDULED = 20


def unscheduled_check_ins(closing: Closing) -> list[TimelineEntry]:
    """Those that nobody was reminded of, in its watch, newest first: they are entries only."""
    rows = TimelineEntry.objects.filter(
        incident=closing.incident_id,
        kind="watch.checked",
        at__range=(closing.closed_at, closing.ended_at or closing.watch_until),
        data__hour=None,
    )
    return list(rows.order_by("-seq")[:MAX_UNSCHEDULED])


def watch_href(incident: Incident) -> str:
    return reverse("watch", args=[incident.pk])

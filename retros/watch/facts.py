"""The open watch of an incident, and the page it is kept on."""

from django.urls import reverse

from incidents.models import Incident
from retros.models import Closing


def open_watch(incident: Incident) -> Closing | None:
    """The closing whose watch is open."""
    return Closing.objects.filter(incident=incident, ended_at=None).first()


def watch_href(incident: Incident) -> str:
    return reverse("watch", args=[incident.pk])

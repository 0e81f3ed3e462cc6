"""Other ends of an incident in tests, without living all that closing needs."""

import pgtrigger

from incidents.models import Incident


def put(incident: int, status: str) -> None:
    """Give an incident a status past the trigger that keeps the gate shut."""
    with pgtrigger.ignore("retros.Ended:closed_through_the_gate"):
        Incident.objects.filter(pk=incident).update(status=status)

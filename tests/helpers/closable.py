"""Other ends of an incident in tests, without living all that closing needs."""

import pgtrigger

from incidents.models import Incident


def set_status(incident: int, status: str) -> None:
    """Give an incident a status past the triggers that keep the gate shut and errors errors."""
    with pgtrigger.ignore(
        "retros.Ended:closed_through_the_gate", "incidents.DeclaredInError:void_only_in_error"
    ):
        Incident.objects.filter(pk=incident).update(status=status)

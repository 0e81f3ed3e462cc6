"""The words of how an incident ends."""

from django.db.models import TextChoices


class End(TextChoices):
    """How a watch ended: nothing happened for 24 h, its trigger fired, or it was opened again."""

    HELD = "held", "Held for 24 hours"
    FIRED = "fired", "The rollback trigger fired"
    REOPENED = "reopened", "Reopened"


CHECK_IN_HOURS = (1, 6, 12, 23)
"""Hours after closing at which the watch owner is asked (product, 9)."""


class BacklogState(TextChoices):
    """How far a piece of hardening work is. The first two are open."""

    OPEN = "open", "Open"
    STARTED = "started", "Started"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


OPEN_STATES = (BacklogState.OPEN, BacklogState.STARTED)

TRACKER = r"^https?://[A-Za-z0-9_.-]+(:[0-9]{1,5})?([/?#]\S*)?$"
"""A link to a tracker: nobody's name or password in it."""

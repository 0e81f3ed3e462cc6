"""Who is told of what was published: deliveries written in the transaction of the publishing."""

from datetime import datetime

from comms.models import Escalation, LeadershipNote, MaintenanceUpdate, Update

type Published = Update | Escalation | LeadershipNote | MaintenanceUpdate


def announce(message: Published, now: datetime) -> None:
    """A step: everybody who follows it is owed it, once."""

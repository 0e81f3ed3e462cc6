"""Every name that is used on the channel layer."""

ACCESS = "access"

WORK = "work"
"""The group for changes of anybody's duties, in any incident."""

ENTRY = "entry"
DUTIES = "duties"
LOST_ACCESS = "access"
PING = "ping"


def incident(incident_id: int) -> str:
    """The group for new entries of one incident."""
    return f"incident-{incident_id}"

"""Every name that is used on the channel layer."""

ACCESS = "access"

WORK = "work"
"""The group that hears of whatever changes what somebody must do, in any incident."""

ENTRY = "entry"
DUTIES = "duties"
LOST_ACCESS = "access"
PING = "ping"


def incident(incident_id: int) -> str:
    """The group that hears of new entries of one incident."""
    return f"incident-{incident_id}"

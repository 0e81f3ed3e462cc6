"""Steps that change an incident itself, inside the transaction of an action."""

from datetime import datetime

from incidents.locking import check_locked
from incidents.models import Incident
from incidents.rules import phase as phase_rules
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text


def set_status_step(incident: Incident, status: str) -> dict[str, str]:
    """Change the status, and return what the caller's entry writes as ``becomes``.

    Raises ``Refused`` for a change that the graph does not allow; the database refuses to close an
    incident that has not passed the gate.
    """
    check_locked(incident)
    if problems := phase_rules.status_violations(incident.status, status):
        raise Refused(problems)
    incident.status = status
    incident.save(update_fields=["status"])
    return {"status": status}


def set_channel_step(incident: Incident, actor: Actor, channel: str, now: datetime) -> None:
    """Set the evidence channel and write its entry."""
    check_locked(incident)
    incident.evidence_channel = clean_text(channel, 300)
    incident.save(update_fields=["evidence_channel"])
    record(incident, "channel.set", actor, now, channel=incident.evidence_channel)

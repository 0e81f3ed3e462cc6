"""Steps that change the status of an incident, inside the transaction of an action."""

from incidents.locking import check_locked
from incidents.models import Incident
from incidents.rules import phase as phase_rules
from kernel.refusal import Refused


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

"""Steps that write to the risk register, inside the transaction of an action."""

from datetime import datetime

from incidents.actions.transaction import next_number
from incidents.locking import check_locked
from incidents.models import Incident, Person, Risk
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.text import clean_text


def add_risk_step(
    incident: Incident, text: str, owner: Person | None, actor: Actor, now: datetime
) -> Risk:
    """Write the risk and its entry."""
    check_locked(incident)
    risk = Risk.objects.create(
        incident=incident,
        number=next_number(incident.risks.all()),
        text=clean_text(text, 500),
        owner=owner,
        noted_at=now,
    )
    record(
        incident,
        "risk.noted",
        actor,
        now,
        subject=risk.reference,
        text=risk.text,
        owner=str(owner) if owner else "",
        owner_id=owner.pk if owner else None,
    )
    return risk

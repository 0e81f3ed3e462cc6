"""Steps that name evidence for the minimum of a scenario, inside the transaction of an action."""

from datetime import datetime

from incidents.assessments.evidence_minimum import required_for
from incidents.locking import check_locked
from incidents.models import Evidence, Incident, Served
from incidents.permissions import require
from incidents.rules import scenario as rules
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text


def serve_step(
    incident: Incident, evidence: Evidence, key: str, actor: Actor, now: datetime
) -> Served:
    """Name evidence for the requirement ``key`` of the scenario or of an impacted class; capturing
    can name what it captures."""
    check_locked(incident)
    require("evidence.serve", actor, incident)
    labels = {needed.key: needed.label for needed in required_for(incident)}
    label = labels.get(key)
    is_named = label is not None and evidence.serves.filter(item=key).exists()
    problems = rules.serve_violations(label, evidence.reference, is_named=is_named)
    if problems or label is None:
        raise Refused(problems)
    row = Served.objects.create(
        incident=incident, evidence=evidence, item=key, at=now, **Served.columns(actor)
    )
    record(
        incident,
        "evidence.served",
        actor,
        now,
        lane=evidence.lane,
        subject=evidence.reference,
        item=clean_text(label, 160),
        key=key,
    )
    return row

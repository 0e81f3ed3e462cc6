"""Saying when trouble began and when it was noticed."""

from datetime import datetime
from uuid import UUID

from incidents.actions.transaction import incident_action
from incidents.facts.event_times import KIND
from incidents.rules import event_times as rules
from incidents.rules.event_times import EventTime, EventTimes
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused


def set_event_times(
    actor: Actor,
    incident_id: int,
    *,
    began_at: datetime | None = None,
    began_evidence: int | None = None,
    detected_at: datetime | None = None,
    detected_evidence: int | None = None,
    now: datetime,
    once: UUID | None = None,
) -> EventTimes:
    """Record both times, each with the number of the evidence that shows it. The entry is the
    record; a later one takes its place, and both stay."""
    with incident_action("incident.time", actor, incident_id, now, once=once) as incident:
        times = EventTimes(_time(began_at, began_evidence), _time(detected_at, detected_evidence))
        numbers = [number for number in (began_evidence, detected_evidence) if number is not None]
        known = incident.evidence.filter(number__in=numbers).values_list("number", flat=True)
        references = frozenset(f"E-{number}" for number in known)
        if problems := rules.violations(times, references, now):
            raise Refused(problems)
        record(
            incident,
            KIND,
            actor,
            now,
            began_at=times.began.at.isoformat() if times.began else "",
            began_evidence=times.began.evidence if times.began else "",
            detected_at=times.detected.at.isoformat() if times.detected else "",
            detected_evidence=times.detected.evidence if times.detected else "",
        )
    return times


def _time(at: datetime | None, evidence: int | None) -> EventTime | None:
    return EventTime(at, f"E-{evidence}" if evidence is not None else "") if at else None

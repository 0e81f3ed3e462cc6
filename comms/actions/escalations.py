"""Sending an internal escalation."""

from datetime import datetime
from uuid import UUID

from comms.actions.publishing import LANE, columns, corrected, keep_refused, sent, unread_first
from comms.actions.written import WrittenEscalation, masked
from comms.messages import facts as message_facts
from comms.models import Escalation
from comms.rules.message import escalation as rules
from comms.vocabulary import MessageKind
from incidents.actions.transaction import RefusedAfterCommit, incident_action
from incidents.models import Incident
from incidents.timeline.record import record
from incidents.vocabulary import Severity
from kernel.actor import Actor

_KIND = MessageKind.ESCALATION


def publish_escalation(
    actor: Actor,
    incident_id: int,
    written: WrittenEscalation,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Escalation:
    """Ask for one approval or one resource: playbook, "Internal engineering escalation".

    Effects, in order: the escalation, its entry, a delivery owed to everybody who follows, the
    author's draft removed. Refused: the draft is kept, ``Refused`` carries every violation.
    """
    written = masked(written)
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        problems = unread_first(written, _judge(incident, written, now))
        if problems:
            keep_refused(incident, _KIND, actor, written, now)
            raise RefusedAfterCommit(problems)
        made = _store(incident, written, actor, now)
        _record(made, actor, now)
        sent(made, _KIND, actor, once, now)
    return made


def _judge(incident: Incident, written: WrittenEscalation, now: datetime) -> message_facts.Found:
    said = rules.Escalation(
        summary=written.summary,
        impact=written.impact,
        decision=written.decision,
        ask=written.ask,
        next_at=written.next_at,
        owner=message_facts.owner(incident, written.owner),
        correcting=message_facts.correcting(
            incident, Escalation, written.corrects, written.correction
        ),
    )
    return rules.violations(said, message_facts.cadence(incident, now))


def _store(
    incident: Incident, written: WrittenEscalation, actor: Actor, now: datetime
) -> Escalation:
    # What the rules have just required.
    assert written.next_at is not None
    assert written.owner is not None
    return Escalation.objects.create(
        **columns(incident, Escalation, written, actor, now),
        severity=incident.severity,
        summary=written.summary,
        impact=written.impact,
        decision=written.decision,
        ask=written.ask,
        next_at=written.next_at,
        owner=written.owner,
    )


def _record(made: Escalation, actor: Actor, now: datetime) -> None:
    record(
        made.incident,
        "escalation.published",
        actor,
        now,
        lane=LANE,
        subject=made.reference,
        severity=str(Severity(made.severity).label),
        summary=made.summary,
        impact=made.impact,
        decision=made.decision,
        ask=made.ask,
        next_at=made.next_at.isoformat(),
        owner=str(made.owner),
        **corrected(made),
    )

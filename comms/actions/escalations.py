"""Sending an internal escalation."""

from datetime import datetime
from uuid import UUID

from comms.actions.lapse_steps import note_lapsed_step
from comms.actions.message_input import EscalationInput, mask_input
from comms.actions.steps import (
    LANE,
    after_publishing_step,
    columns_step,
    correction_entry,
    keep_refused_step,
    notify_receivers_step,
    refuse_repeat,
    unreadable_first,
)
from comms.facts import messages as message_facts
from comms.facts.receivers import count_internal
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
    escalation_input: EscalationInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Escalation:
    """Ask for one approval or one resource: playbook, "Internal engineering escalation".

    Effects, in order: the escalation, its entry, a delivery to each follower, the author's draft
    deleted. Refused: the draft is saved, ``Refused`` carries every violation.
    """
    escalation_input = mask_input(escalation_input)
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        problems = unreadable_first(escalation_input, _judge(incident, escalation_input, now))
        if problems:
            keep_refused_step(incident, _KIND, actor, escalation_input, now)
            raise RefusedAfterCommit(problems)
        refuse_repeat(incident, Escalation, escalation_input, actor, now)
        note_lapsed_step(incident, now)
        escalation = _store(incident, escalation_input, actor, now)
        _record(incident, escalation, actor, now)
        sentence = f"Escalation of {incident.reference}: {escalation.ask}"
        notify_receivers_step(incident, escalation, _KIND, actor, sentence, now)
        after_publishing_step(incident, escalation, _KIND, actor, once, now)
    return escalation


def _judge(
    incident: Incident, escalation_input: EscalationInput, now: datetime
) -> message_facts.Violations:
    proposed = rules.Escalation(
        summary=escalation_input.summary,
        impact=escalation_input.impact,
        decision=escalation_input.decision,
        ask=escalation_input.ask,
        next_at=escalation_input.next_at,
        owner=message_facts.owner(incident, escalation_input.owner),
        correction=message_facts.correction_of(
            incident, Escalation, escalation_input.corrects, escalation_input.correction
        ),
    )
    return rules.violations(proposed, message_facts.cadence(incident, now))


def _store(
    incident: Incident, escalation_input: EscalationInput, actor: Actor, now: datetime
) -> Escalation:
    # Required by the rules above.
    assert escalation_input.next_at is not None
    assert escalation_input.owner is not None
    return Escalation.objects.create(
        **columns_step(incident, Escalation, escalation_input, actor, now),
        severity=incident.severity,
        summary=escalation_input.summary,
        impact=escalation_input.impact,
        decision=escalation_input.decision,
        ask=escalation_input.ask,
        next_at=escalation_input.next_at,
        owner=escalation_input.owner,
        receivers=count_internal(incident, actor.id),
    )


def _record(incident: Incident, escalation: Escalation, actor: Actor, now: datetime) -> None:
    record(
        incident,
        "escalation.published",
        actor,
        now,
        lane=LANE,
        subject=escalation.reference,
        severity=str(Severity(escalation.severity).label),
        summary=escalation.summary,
        impact=escalation.impact,
        decision=escalation.decision,
        ask=escalation.ask,
        next_at=escalation.next_at.isoformat(),
        owner=str(escalation.owner),
        receivers=escalation.receivers,
        **correction_entry(escalation),
    )

"""Closing an incident: its statement and the gate.

The gate is judged under the lock, from what is read there; nothing that a caller can pass changes
what it says.
"""

from datetime import datetime
from uuid import UUID

from comms.actions import lapse_steps
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import RefusedAfterCommit, incident_action
from incidents.facts.incident import read_facts
from incidents.models import Incident
from incidents.vocabulary import Status
from kernel import metrics
from kernel.actor import Actor
from kernel.refusal import Refused
from retros.closing import facts as gate_facts
from retros.closing import rules as gate
from retros.closing.steps import (
    StatementInput,
    close_step,
    record_refusal_step,
    save_statement_step,
)
from retros.models import Closing, Statement


def save_statement(
    actor: Actor,
    incident_id: int,
    statement: StatementInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Statement:
    """Save the closing statement, which may be unfinished. An unchanged one leaves no entry."""
    with incident_action("incident.close", actor, incident_id, now, once=once) as incident:
        _refuse_unless_active(incident)
        return save_statement_step(incident, statement, actor, now)


def close(
    actor: Actor,
    incident_id: int,
    *,
    statement: StatementInput | None = None,
    now: datetime,
    once: UUID | None = None,
) -> Closing:
    """Close the incident, if every condition of the gate is met; the watch begins.

    Effects, in order: the statement if one was sent, lapses that nobody noted yet, then those of
    ``close_step``. Refused: statement and lapses stay, the attempt is on the timeline, and
    ``Refused`` carries every unmet condition.
    """
    try:
        with incident_action("incident.close", actor, incident_id, now, once=once) as incident:
            _refuse_unless_active(incident)
            if statement is not None:
                save_statement_step(incident, statement, actor, now)
            lapse_steps.note_lapsed_step(incident, now)
            saved = gate_facts.saved_statement(incident)
            facts = read_facts(incident)
            judged = gate_facts.read_gate(facts, saved, now)
            if violations := gate.violations(gate.judge(judged)):
                record_refusal_step(incident, violations, actor, now)
                raise RefusedAfterCommit(violations)
            closing = close_step(facts, judged.unmitigated, saved, actor, now)
            redirect_submission(once, closing.get_absolute_url())
    except RefusedAfterCommit:
        metrics.GATE_REFUSALS.inc()
        raise
    return closing


def _refuse_unless_active(incident: Incident) -> None:
    status = incident.get_status_display().lower()
    is_active = incident.status == Status.ACTIVE
    if violations := gate.active_violations(incident.reference, is_active, status):
        raise Refused(violations)

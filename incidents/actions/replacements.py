"""Replacing who executes or verifies a decision."""

from datetime import datetime
from uuid import UUID

from incidents.actions.notices import notify_step
from incidents.actions.ownership import can_answer
from incidents.actions.replacement_steps import replace_step
from incidents.actions.transaction import incident_action
from incidents.models import Person, Replacement
from incidents.rules import replacement as rules
from incidents.vocabulary import ExecutionRole
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text

MAX_REASON_LENGTH = 500


def replace_holder(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    role: str,
    person: Person | None,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Replacement:
    """Name somebody else who executes or verifies D-``number`` from now on, with a reason.

    The decision is not changed: signatures under it stay, and it shows who was named at first.
    """
    with incident_action("decision.replace", actor, incident_id, now, once=once) as incident:
        decision = incident.decisions.select_related("execution").get(number=number)
        execution, part = decision.execution, ExecutionRole(role)
        before, other = execution.holder(part), execution.holder(part.counterpart)
        successor = (
            rules.Successor(person.pk, str(person), can_act=can_answer(incident, person))
            if person
            else None
        )
        handover = rules.Handover(
            decision.reference, incident.severity, execution.state, part, before.pk, other.pk
        )
        problems = rules.replace_violations(handover, successor, reason)
        if problems or person is None:
            raise Refused(problems)
        row = replace_step(
            incident, decision, part, person, clean_text(reason, MAX_REASON_LENGTH), actor, now
        )
        what = f"{decision.reference} of {incident.reference}"
        people = {
            person: f"You {part.imperative} {what} from now on: {decision.next_action}",
            before: f"{person} {part.label.lower()} {what} in your place.",
        }
        for concerned, sentence in people.items():
            if concerned.pk != actor.id:
                notify_step(
                    incident,
                    [concerned],
                    "execution.replaced",
                    sentence[:300],
                    decision.get_absolute_url(),
                    now,
                    decision.reference,
                )
    return row

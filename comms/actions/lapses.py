"""Promises of a next update: reminding people, recording lapses, and explaining them."""

from datetime import datetime
from uuid import UUID

from comms.actions.lapse_steps import lapse_step, remind_step
from comms.actions.steps import LANE
from comms.facts import promises
from comms.models import Lapse
from comms.rules import lapse as rules
from comms.rules.commitment import LAPSED, PromiseKind
from incidents.actions.claims import claim
from incidents.actions.transaction import incident_action
from incidents.timeline.record import record
from kernel.actor import SYSTEM, Actor
from kernel.refusal import Refused
from kernel.text import clean_text

MAX_EXPLANATION_LENGTH = 500


def remind(incident_id: int, subject: str | int, kind: str, *, now: datetime) -> bool:
    """Remind people once of what readers wait for; false if it is no longer open.

    ``subject`` is that of the promise: the key of its update, or ``escalation-3``. ``kind`` is
    ``commitment.soon`` (5 minutes before), ``commitment.due`` (at the time) or
    ``commitment.lapsed`` (5 minutes after: commander and deputy are notified too, and the lapse of
    a promise is to be explained).
    """
    with incident_action("commitment.lapse", SYSTEM, incident_id, now) as incident:
        open_promises = promises.of(incident)
        promise = next((one for one in open_promises if one.subject == str(subject)), None)
        if promise is None or not claim(kind, promise.subject, promise.due_at, now):
            return False
        if kind == LAPSED:
            lapse_step(incident, promise, now)
        else:
            remind_step(incident, promise, kind, now)
    return True


def explain_lapse(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    explanation: str,
    kind: PromiseKind = PromiseKind.UPDATE,
    now: datetime,
    once: UUID | None = None,
) -> Lapse:
    """Explain once why what update (or escalation) ``number`` promised came late."""
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        rows = Lapse.objects.select_related("update", "escalation", "explained_by")
        lapse = rows.get(Lapse.of_message(kind, incident, number))
        explainer = str(lapse.explained_by) if lapse.explained_at else ""
        cleaned = clean_text(explanation, MAX_EXPLANATION_LENGTH)
        if problems := rules.explain_violations(cleaned, explainer, lapse.explanation):
            raise Refused(problems)
        lapse.explanation, lapse.explained_at, lapse.explained_by_id = cleaned, now, actor.id
        lapse.save(update_fields=["explanation", "explained_at", "explained_by"])
        record(
            incident,
            "commitment.explained",
            actor,
            now,
            lane=LANE,
            subject=lapse.message.reference,
            explanation=cleaned,
        )
    return lapse

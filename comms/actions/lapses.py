"""Promises of a next update: reminding people, recording lapses, and explaining them."""

from datetime import datetime
from uuid import UUID

from comms.actions.lapse_steps import lapse_step, remind_step
from comms.actions.steps import LANE
from comms.facts import promises
from comms.models import Lapse, Update
from comms.rules import lapse as rules
from comms.rules.commitment import LAPSED
from incidents.actions.claims import claim
from incidents.actions.transaction import incident_action
from incidents.timeline.record import record
from kernel.actor import SYSTEM, Actor
from kernel.refusal import Refused
from kernel.text import clean_text

MAX_EXPLANATION_LENGTH = 500


def remind(update_id: int, kind: str, *, now: datetime) -> bool:
    """Remind people once of the promise of an update; false if it is no longer open.

    ``kind`` is ``commitment.soon`` (5 minutes before), ``commitment.due`` (at the time) or
    ``commitment.lapsed`` (5 minutes after: the commander is notified too, and an explanation is
    due).
    """
    incident_id = Update.objects.values_list("incident_id", flat=True).get(pk=update_id)
    with incident_action("commitment.lapse", SYSTEM, incident_id, now) as incident:
        commitment = next(
            (promise for promise in promises.of(incident) if promise.update.pk == update_id), None
        )
        if commitment is None or not claim(kind, str(update_id), commitment.next_at, now):
            return False
        if kind == LAPSED:
            lapse_step(incident, commitment.update, now)
        else:
            remind_step(incident, commitment.update, kind, now)
    return True


def explain_lapse(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    explanation: str,
    now: datetime,
    once: UUID | None = None,
) -> Lapse:
    """Explain once why the update after update ``number`` came late."""
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        lapse = Lapse.objects.select_related("update", "explained_by").get(
            update__incident=incident, update__number=number
        )
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
            subject=lapse.update.reference,
            explanation=cleaned,
        )
    return lapse

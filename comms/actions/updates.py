"""Publishing a stakeholder update."""

from datetime import datetime
from uuid import UUID

from comms.actions.lapse_steps import note_lapsed_step
from comms.actions.message_input import UpdateInput, mask_input
from comms.actions.steps import (
    LANE,
    after_publishing_step,
    keep_refused_step,
    refuse_repeat,
    unreadable_first,
)
from comms.actions.update_steps import record_step, refresh_status_page_step, store_step
from comms.facts import messages as message_facts
from comms.models import Update
from comms.rules.message import update as rules
from comms.vocabulary import MessageKind
from incidents.actions.transaction import RefusedAfterCommit, incident_action
from incidents.facts.incident import IncidentFacts, read_facts
from kernel.actor import Actor

_KIND = MessageKind.UPDATE


def publish_update(
    actor: Actor,
    incident_id: int,
    update_input: UpdateInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Update:
    """Publish a stakeholder update: playbook, "Stakeholder update".

    Effects, in order: lapsed promises that nobody recorded yet, the update with the state of each
    surface, the incident's public name (with its first public update), the entry, a new rendering
    of the status page, a delivery to each follower, the author's draft deleted. Refused: the draft
    is saved, ``Refused`` carries every violation.
    """
    # Masking a long text takes time: before the lock, so that nobody waits for it.
    update_input = mask_input(update_input)
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        facts = read_facts(incident)
        problems = unreadable_first(update_input, _judge(facts, update_input, now))
        if problems:
            keep_refused_step(incident, _KIND, actor, update_input, now)
            raise RefusedAfterCommit(problems)
        refuse_repeat(incident, Update, update_input, actor, now)
        note_lapsed_step(incident, now)
        update = store_step(incident, facts, update_input, actor, now)
        record_step(incident, update, actor, now, no_names=update_input.no_names)
        refresh_status_page_step(incident, update, now)
        after_publishing_step(incident, update, _KIND, actor, once, now)
    return update


def _judge(
    facts: IncidentFacts, update_input: UpdateInput, now: datetime
) -> message_facts.Violations:
    correcting = message_facts.correction_of(
        facts.incident, Update, update_input.corrects, update_input.correction
    )
    proposed = rules.Update(
        audience=update_input.audience,
        progress=update_input.progress,
        headline=update_input.headline,
        impact=update_input.impact,
        mitigation=update_input.mitigation,
        unknowns=update_input.unknowns,
        no_unknowns=update_input.no_unknowns,
        next_at=update_input.next_at,
        surfaces=update_input.surfaces,
        correction=correcting,
        no_names=update_input.no_names,
    )
    situation = message_facts.situation(facts, proposed.texts.values(), now)
    return rules.violations(proposed, situation)

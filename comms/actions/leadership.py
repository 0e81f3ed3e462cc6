"""Sending a leadership note."""

from datetime import datetime
from uuid import UUID

from comms.actions.lapse_steps import note_lapsed_step
from comms.actions.message_input import LeadershipNoteInput, mask_input
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
from comms.models import LeadershipNote
from comms.rules.message import leadership as rules
from comms.vocabulary import MessageKind
from incidents.actions.transaction import RefusedAfterCommit, incident_action
from incidents.models import Incident
from incidents.timeline.record import record
from incidents.vocabulary import Confidence
from kernel.actor import Actor

_KIND = MessageKind.LEADERSHIP


def publish_leadership_note(
    actor: Actor,
    incident_id: int,
    note_input: LeadershipNoteInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> LeadershipNote:
    """Tell leadership what happened and why: playbook, "Leadership handoff note template".

    Effects, in order: the note, its entry, a delivery to each follower, the author's draft deleted.
    Refused: the draft is saved, ``Refused`` carries every violation.
    """
    note_input = mask_input(note_input)
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        problems = unreadable_first(note_input, _judge(incident, note_input))
        if problems:
            keep_refused_step(incident, _KIND, actor, note_input, now)
            raise RefusedAfterCommit(problems)
        refuse_repeat(incident, LeadershipNote, note_input, actor, now)
        note_lapsed_step(incident, now)
        note = _store(incident, note_input, actor, now)
        _record(incident, note, actor, now)
        sentence = f"Leadership note of {incident.reference}: {note.need}"
        notify_receivers_step(incident, note, _KIND, actor, sentence, now)
        after_publishing_step(incident, note, _KIND, actor, once, now)
    return note


def _judge(incident: Incident, note_input: LeadershipNoteInput) -> message_facts.Violations:
    proposed = rules.LeadershipNote(
        happened=note_input.happened,
        path=note_input.path,
        confidence=note_input.confidence,
        uncertain=note_input.uncertain,
        need=note_input.need,
        owner=message_facts.owner(incident, note_input.owner),
        correction=message_facts.correction_of(
            incident, LeadershipNote, note_input.corrects, note_input.correction
        ),
    )
    return rules.violations(proposed)


def _store(
    incident: Incident, note_input: LeadershipNoteInput, actor: Actor, now: datetime
) -> LeadershipNote:
    # Required by the rules above.
    assert note_input.owner is not None
    return LeadershipNote.objects.create(
        **columns_step(incident, LeadershipNote, note_input, actor, now),
        happened=note_input.happened,
        path=note_input.path,
        confidence=note_input.confidence,
        uncertain=note_input.uncertain,
        need=note_input.need,
        owner=note_input.owner,
    )


def _record(incident: Incident, note: LeadershipNote, actor: Actor, now: datetime) -> None:
    record(
        incident,
        "leadership.published",
        actor,
        now,
        lane=LANE,
        subject=note.reference,
        happened=note.happened,
        path=note.path,
        confidence=str(Confidence(note.confidence).label),
        uncertain=note.uncertain,
        need=note.need,
        owner=str(note.owner),
        **correction_entry(note),
    )

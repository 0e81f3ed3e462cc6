"""Sending a leadership note."""

from datetime import datetime
from uuid import UUID

from comms.actions.publishing import LANE, columns, corrected, keep_refused, sent, unread_first
from comms.actions.written import WrittenNote, masked
from comms.messages import facts as message_facts
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
    written: WrittenNote,
    *,
    now: datetime,
    once: UUID | None = None,
) -> LeadershipNote:
    """Tell leadership what happened and why: playbook, "Leadership handoff note template".

    Effects, in order: the note, its entry, a delivery owed to everybody who follows, the author's
    draft removed. Refused: the draft is kept, ``Refused`` carries every violation.
    """
    written = masked(written)
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        problems = unread_first(written, _judge(incident, written))
        if problems:
            keep_refused(incident, _KIND, actor, written, now)
            raise RefusedAfterCommit(problems)
        made = _store(incident, written, actor, now)
        _record(made, actor, now)
        sent(made, _KIND, actor, once, now)
    return made


def _judge(incident: Incident, written: WrittenNote) -> message_facts.Found:
    said = rules.Note(
        happened=written.happened,
        path=written.path,
        confidence=written.confidence,
        uncertain=written.uncertain,
        need=written.need,
        owner=message_facts.owner(incident, written.owner),
        correcting=message_facts.correcting(
            incident, LeadershipNote, written.corrects, written.correction
        ),
    )
    return rules.violations(said)


def _store(incident: Incident, written: WrittenNote, actor: Actor, now: datetime) -> LeadershipNote:
    # What the rules have just required.
    assert written.owner is not None
    return LeadershipNote.objects.create(
        **columns(incident, LeadershipNote, written, actor, now),
        happened=written.happened,
        path=written.path,
        confidence=written.confidence,
        uncertain=written.uncertain,
        need=written.need,
        owner=written.owner,
    )


def _record(made: LeadershipNote, actor: Actor, now: datetime) -> None:
    record(
        made.incident,
        "leadership.published",
        actor,
        now,
        lane=LANE,
        subject=made.reference,
        happened=made.happened,
        path=made.path,
        confidence=str(Confidence(made.confidence).label),
        uncertain=made.uncertain,
        need=made.need,
        owner=str(made.owner),
        **corrected(made),
    )

"""The steps that handoffs share, inside the transaction of an action that locked the incident."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from incidents.actions import notices
from incidents.actions.transaction import next_number
from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import Actor
from kernel.text import clean_text
from lanes.facts import handoffs as handoff_facts
from lanes.models import Handoff
from lanes.models.handoff import HandoffState
from lanes.rules import handoff as rules
from lanes.vocabulary import WATCH, lane_of, owned, role_of, what_of


def store_step(
    incident: Incident,
    proposed: rules.ProposedHandoff,
    what: str,
    giver: Person,
    terms: handoff_facts.Terms,
    now: datetime,
) -> Handoff:
    assert terms.receiver is not None
    assert terms.checkpoint is not None
    assert proposed.checkpoint is not None
    of_watch = what == WATCH
    return Handoff.objects.create(
        incident=incident,
        number=next_number(incident.handoffs.all()),
        role=role_of(what),
        lane=lane_of(what),
        giver=giver,
        receiver=terms.receiver,
        included="\n".join(proposed.included),
        excluded="\n".join(proposed.excluded),
        unknowns=rules.complete_unknowns(proposed.unknowns, proposed.known),
        checkpoint=None if of_watch else incident.checkpoints.get(number=terms.checkpoint),
        check_in=terms.checkpoint if of_watch else None,
        check_in_at=proposed.checkpoint.due_at if of_watch else None,
        trigger=proposed.trigger,
        message=clean_text(terms.message, handoff_facts.MAX_TEXT_LENGTH),
        offered_at=now,
    )


def record_offer_step(incident: Incident, handoff: Handoff, actor: Actor, now: datetime) -> None:
    record(
        incident,
        "handoff.offered",
        actor,
        now,
        lane=handoff.lane,
        subject=handoff.reference,
        what=handoff.label,
        giver=str(handoff.giver),
        receiver=str(handoff.receiver),
        included=handoff.included.splitlines(),
        excluded=handoff.excluded.splitlines(),
        unknowns=handoff.unknowns,
        checkpoint=handoff.committed_to,
        trigger=handoff.trigger,
        message=handoff.message,
    )


def end_step(
    incident: Incident, handoff: Handoff, state: HandoffState, reason: str, now: datetime
) -> None:
    check_locked(incident)
    handoff.state, handoff.answered_at, handoff.answer_reason = state, now, reason
    handoff.save(update_fields=["state", "answered_at", "answer_reason"])


def entry_without_acceptance(handoff: Handoff) -> dict[str, Any]:
    """The entry's data for a handoff that was declined or withdrawn."""
    return {
        "lane": handoff.lane,
        "subject": handoff.reference,
        "what": handoff.label,
        "giver": str(handoff.giver),
        "receiver": str(handoff.receiver),
        "reason": handoff.answer_reason,
    }


def withdraw_step(
    incident: Incident,
    handoff: Handoff,
    reason: str,
    actor: Actor,
    now: datetime,
    *,
    overtaken: bool = False,
) -> None:
    """End an offer without an answer, record it, and notify giver and receiver.

    ``overtaken``: the giver no longer owns it, since somebody else was assigned or it is over.
    """
    end_step(incident, handoff, HandoffState.WITHDRAWN, reason, now)
    entry = entry_without_acceptance(handoff) | {"overtaken": overtaken}
    record(incident, "handoff.withdrawn", actor, now, **entry)
    sentence = (
        f"{handoff.reference} of {incident.reference}, {handoff.owned}, is withdrawn. {reason}"
    )
    people = [handoff.receiver, handoff.giver]
    notify_step(incident, handoff, people, "handoff.withdrawn", sentence, actor, now)


def end_watch_step(incident: Incident, reason: str, actor: Actor, now: datetime) -> None:
    """Withdraw open handoffs of the watch, which is over."""
    for handoff in handoff_facts.handoffs_of(incident).open().filter(role=RoleName.WATCH_OWNER):
        withdraw_step(incident, handoff, reason, actor, now, overtaken=True)


def withdraw_overtaken_step(
    incident: Incident,
    role: str,
    lane: str,
    person: Person,
    actor: Actor,
    now: datetime,
    **_: object,
) -> None:
    """Withdraw open handoffs whose giver lost the role to somebody else."""
    overtaken = (
        handoff_facts.handoffs_of(incident)
        .open()
        .filter(role=role, lane=lane)
        .exclude(giver=person)
    )
    for handoff in overtaken:
        reason = f"{actor.name} gave {owned(what_of(role, lane))} to {person} meanwhile."
        withdraw_step(incident, handoff, reason, actor, now, overtaken=True)


def notify_step(
    incident: Incident,
    handoff: Handoff,
    people: Iterable[Person],
    kind: str,
    sentence: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write a notice for each of these people except the actor."""
    others = [person for person in people if person.pk != actor.id]
    href = handoff.get_absolute_url()
    notices.notify_step(incident, others, kind, sentence[:300], href, now, handoff.reference)

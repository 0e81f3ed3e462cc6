"""Handing over a lane, command or the watch: ownership changes when the receiver accepts.

Whatever ends an offer (an answer, its withdrawal, another assignment of the role, the end of the
watch) happens under the incident's lock, so that it ends in one way only.
"""

from datetime import datetime
from uuid import UUID

from incidents.actions.claims import claim
from incidents.actions.role_steps import free_deputy_step, give_role_step, holder
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action
from incidents.models import Incident
from incidents.permissions import incident_roles, may
from incidents.rules.wording import listed
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import SYSTEM, Actor
from kernel.refusal import NotPermitted, Refused
from kernel.text import clean_text
from lanes.facts import handoffs as handoff_facts
from lanes.facts.handoffs import MAX_TEXT_LENGTH, Terms
from lanes.handoff import steps as handoff_steps
from lanes.models import Handoff
from lanes.models.handoff import HandoffState
from lanes.rules import handoff as rules
from lanes.vocabulary import WATCH, lane_of

__all__ = ["Terms", "accept", "decline", "offer", "remind", "withdraw"]


def offer(
    actor: Actor,
    incident_id: int,
    terms: Terms,
    *,
    lane: str,
    now: datetime,
    once: UUID | None = None,
) -> Handoff:
    """Offer a lane to a person, once its acceptance test passes; or command, when ``lane`` is "",
    or the watch, when it is ``WATCH``.

    The giver is the current owner, also when the commander makes the offer for them.
    """
    permission = "handoff.offer_watch" if lane == WATCH else "handoff.offer"
    with incident_action(
        permission, actor, incident_id, now, lane=lane_of(lane), once=once
    ) as incident:
        _refuse(_over(incident, lane))
        giver = handoff_facts.giver_of(incident, lane)
        proposed = handoff_facts.propose(incident, terms, lane, giver, now)
        _refuse(rules.violations(proposed))
        # Required by the rules above.
        assert giver is not None
        handoff = handoff_steps.store_step(incident, proposed, lane, giver, terms, now)
        handoff_steps.record_offer_step(incident, handoff, actor, now)
        redirect_submission(once, handoff.get_absolute_url())
        sentence = (
            f"{giver} offers {handoff.owned} of {incident.reference} to {handoff.receiver}:"
            f" {handoff.reference} waits for an answer."
        )
        people = [handoff.receiver, giver]
        handoff_steps.notify_step(
            incident, handoff, people, "handoff.offered", sentence, actor, now
        )
    return handoff


def accept(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> Handoff:
    """Accept an offer: from now on the receiver owns it.

    A deputy who accepts command stops being deputy, so that commander and deputy are two people.
    """
    with incident_action("handoff.answer", actor, incident_id, now, once=once) as incident:
        handoff = _get_for_receiver(incident, number, actor)
        _refuse(_ended(handoff))
        _refuse(_over(incident, handoff.what))
        _refuse(rules.accept_violations(handoff_facts.acceptance_of(incident, handoff)))
        handoff_steps.end_step(incident, handoff, HandoffState.ACCEPTED, "", now)
        record(
            incident,
            "handoff.accepted",
            actor,
            now,
            lane=handoff.lane,
            subject=handoff.reference,
            what=handoff.label,
            giver=str(handoff.giver),
            receiver=str(handoff.receiver),
        )
        if not handoff.what:
            free_deputy_step(incident, actor, handoff.receiver, now)
        give_role_step(incident, actor, handoff.role, handoff.lane, handoff.receiver, now)
        sentence = f"{handoff.receiver} accepted {handoff.owned} of {incident.reference}."
        people = handoff_facts.giver_and_commander(incident, handoff)
        handoff_steps.notify_step(
            incident, handoff, people, "handoff.accepted", sentence, actor, now
        )
    return handoff


def decline(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Handoff:
    """Decline with a reason; the giver keeps it."""
    with incident_action("handoff.answer", actor, incident_id, now, once=once) as incident:
        handoff = _get_for_receiver(incident, number, actor)
        _refuse(_ended(handoff))
        _refuse(rules.decline_violations(reason))
        cleaned = clean_text(reason, MAX_TEXT_LENGTH)
        handoff_steps.end_step(incident, handoff, HandoffState.DECLINED, cleaned, now)
        entry = handoff_steps.entry_without_acceptance(handoff)
        record(incident, "handoff.declined", actor, now, **entry)
        sentence = (
            f"{handoff.receiver} declined {handoff.owned} of {incident.reference},"
            f" {handoff.giver} keeps it: {handoff.answer_reason}"
        )
        people = handoff_facts.giver_and_commander(incident, handoff)
        handoff_steps.notify_step(
            incident, handoff, people, "handoff.declined", sentence, actor, now
        )
    return handoff


def withdraw(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str = "",
    now: datetime,
    once: UUID | None = None,
) -> Handoff:
    """Withdraw an offer, as its giver or the commander. The reason is optional."""
    with incident_action("handoff.withdraw", actor, incident_id, now, once=once) as incident:
        handoff = handoff_facts.handoffs_of(incident).get(number=number)
        if actor.id != handoff.giver_id and not may("role.assign", incident_roles(actor, incident)):
            sentence = f"Only {handoff.giver} or the commander can withdraw {handoff.reference}."
            raise NotPermitted(sentence)
        _refuse(_ended(handoff))
        cleaned = clean_text(reason, MAX_TEXT_LENGTH)
        handoff_steps.withdraw_step(incident, handoff, cleaned, actor, now)
    return handoff


def remind(handoff_id: int, *, now: datetime) -> bool:
    """Record once that an offer waits for its answer; false when it no longer does."""
    incident_id = Handoff.objects.values_list("incident_id", flat=True).get(pk=handoff_id)
    with incident_action("handoff.remind", SYSTEM, incident_id, now) as incident:
        handoff = handoff_facts.handoffs_of(incident).get(pk=handoff_id)
        if not handoff.is_open or not handoff_facts.can_be_handed_over(incident, handoff.what):
            return False
        if not claim(
            handoff_facts.WAITING, str(handoff_id), handoff_facts.answer_due(handoff), now
        ):
            return False
        others = handoff_facts.giver_and_commander(incident, handoff)
        deputy = holder(incident, RoleName.DEPUTY)
        people = handoff_facts.unique([handoff.receiver, *others, *([deputy] if deputy else [])])
        record(
            incident,
            handoff_facts.WAITING,
            SYSTEM,
            now,
            lane=handoff.lane,
            subject=handoff.reference,
            what=handoff.label,
            receiver=str(handoff.receiver),
            told=f"{listed(map(str, people))} {'was' if len(people) == 1 else 'were'}",
        )
        sentence = (
            f"{handoff.reference} of {incident.reference} waits:"
            f" {handoff.receiver} has not answered whether to take {handoff.owned}."
        )
        handoff_steps.notify_step(
            incident, handoff, people, handoff_facts.WAITING, sentence, SYSTEM, now
        )
    return True


def _get_for_receiver(incident: Incident, number: int, actor: Actor) -> Handoff:
    """A handoff that the actor may answer: only its receiver may."""
    handoff = handoff_facts.handoffs_of(incident).get(number=number)
    if not actor.is_person or actor.id != handoff.receiver_id:
        receiver = handoff.receiver
        sentence = f"{handoff.reference} is offered to {receiver}: nobody else can answer it."
        raise NotPermitted(sentence)
    return handoff


def _ended(handoff: Handoff) -> rules.Violations:
    return rules.ended_violations(handoff.reference, handoff_facts.how_ended(handoff))


def _over(incident: Incident, what: str) -> rules.Violations:
    return rules.over_violations(
        can_be_handed_over=handoff_facts.can_be_handed_over(incident, what),
        is_of_watch=what == WATCH,
    )


def _refuse(problems: rules.Violations) -> None:
    if problems:
        raise Refused(problems)

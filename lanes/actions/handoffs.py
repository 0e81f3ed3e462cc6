"""Handing a lane, command or the watch over: it counts when the receiver accepts.

Until then the giver owns it. Whatever ends an offer (an answer, its withdrawal, somebody else being
given the role meanwhile, the end of the watch) happens under the incident's lock, so that it ends
in one way only.
"""

from datetime import datetime
from uuid import UUID

from incidents.actions import roles
from incidents.actions.act import act, led_to, said, take
from incidents.models import Incident, Person
from incidents.permissions import in_incident, may
from incidents.rules.wording import listed
from incidents.timeline.record import record
from lanes import offers
from lanes.actions import handing
from lanes.due import WAITING, answer_due
from lanes.models import Handoff
from lanes.models.handoff import HandoffState
from lanes.offers import LONGEST, Terms
from lanes.rules import handoff as rules
from lanes.vocabulary import WATCH, lane_of, owned, what_of
from warroom.kernel.actor import SYSTEM, Actor
from warroom.kernel.refusal import NotPermitted, Refused
from warroom.kernel.text import says_nothing

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

    The giver is who holds it now, also when the commander offers it for them.
    """
    permission = "handoff.offer_watch" if lane == WATCH else "handoff.offer"
    with act(permission, actor, incident_id, now, lane=lane_of(lane), once=once) as incident:
        if not offers.is_passed_on(incident, lane):
            raise Refused.because("H-OVER", _over(lane))
        giver = offers.giver_of(incident, lane)
        offered = offers.judged(incident, terms, lane, giver, now)
        if problems := rules.violations(offered):
            raise Refused(problems)
        # What the rules have just required.
        assert giver is not None
        made = handing.store(incident, offered, lane, giver, terms, now)
        handing.record_offer(made, actor, now)
        led_to(once, made.get_absolute_url())
        sentence = (
            f"{giver} offers {made.owned} of {incident.reference} to {made.receiver}:"
            f" {made.reference} waits for an answer."
        )
        handing.tell(made, [made.receiver, giver], "handoff.offered", sentence, actor, now)
    return made


def _over(what: str) -> str:
    if what == WATCH:
        return "There is no watch to hand over: it has not begun, or it is over."
    return "The incident is over: nothing is handed over."


def accept(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> Handoff:
    """Take over what was offered: from here on the receiver owns it.

    A deputy who takes command is deputy no longer: that is who is left when the commander is not.
    """
    with act("handoff.answer", actor, incident_id, now, once=once) as incident:
        made = handing.only_receiver(incident, number, actor)
        handing.refuse_ended(made)
        if not offers.is_passed_on(incident, made.what):
            raise Refused.because("H-OVER", _over(made.what))
        handing.refuse_unfit(incident, made)
        handing.end(made, HandoffState.ACCEPTED, "", now)
        record(
            incident,
            "handoff.accepted",
            actor,
            now,
            lane=made.lane,
            subject=made.reference,
            what=made.label,
            giver=str(made.giver),
            receiver=str(made.receiver),
        )
        if not made.what:
            handing.free_deputy(incident, actor, made.receiver, now)
        roles.give(incident, actor, made.role, made.lane, made.receiver, now)
        sentence = f"{made.receiver} accepted {made.owned} of {incident.reference}."
        handing.tell(made, handing.concerned(made), "handoff.accepted", sentence, actor, now)
    return made


def decline(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Handoff:
    """Say no, with a reason; the giver keeps it."""
    with act("handoff.answer", actor, incident_id, now, once=once) as incident:
        made = handing.only_receiver(incident, number, actor)
        handing.refuse_ended(made)
        if says_nothing(reason):
            raise Refused.because("H-REASON", "Say why you decline it.", "reason")
        handing.end(made, HandoffState.DECLINED, said(reason, LONGEST), now)
        record(incident, "handoff.declined", actor, now, **handing.ended_data(made))
        sentence = (
            f"{made.receiver} declined {made.owned} of {incident.reference},"
            f" {made.giver} keeps it: {made.answer_reason}"
        )
        handing.tell(made, handing.concerned(made), "handoff.declined", sentence, actor, now)
    return made


def withdraw(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str = "",
    now: datetime,
    once: UUID | None = None,
) -> Handoff:
    """Take an offer back: by its giver or by the commander. A reason may be given."""
    with act("handoff.withdraw", actor, incident_id, now, once=once) as incident:
        made = handing.rows(incident).get(number=number)
        if actor.id != made.giver_id and not may("role.assign", in_incident(actor, incident)):
            words = f"Only {made.giver} or the commander can withdraw {made.reference}."
            raise NotPermitted(words)
        handing.refuse_ended(made)
        handing.take_back(made, said(reason, LONGEST), actor, now)
    return made


def remind(handoff_id: int, *, now: datetime) -> bool:
    """Write that an offer waits for its answer, once; false when it no longer does."""
    incident_id = Handoff.objects.values_list("incident_id", flat=True).get(pk=handoff_id)
    with act("handoff.remind", SYSTEM, incident_id, now) as incident:
        made = handing.rows(incident).get(pk=handoff_id)
        if not made.is_open or not offers.is_passed_on(incident, made.what):
            return False
        if not take(WAITING, str(handoff_id), answer_due(made), now):
            return False
        told = handing.unique([made.receiver, *handing.concerned(made)])
        record(
            incident,
            WAITING,
            SYSTEM,
            now,
            lane=made.lane,
            subject=made.reference,
            what=made.label,
            receiver=str(made.receiver),
            told=f"{listed(map(str, told))} {'was' if len(told) == 1 else 'were'}",
        )
        sentence = (
            f"{made.reference} of {incident.reference} waits:"
            f" {made.receiver} has not answered whether to take {made.owned}."
        )
        handing.tell(made, told, WAITING, sentence, SYSTEM, now)
    return True


@roles.register_follower
def close_overtaken(
    incident: Incident, role: str, lane: str, person: Person, actor: Actor, now: datetime
) -> None:
    """A step: what was given to somebody meanwhile is no longer its giver's to offer."""
    overtaken = handing.rows(incident).open().filter(role=role, lane=lane).exclude(giver=person)
    for made in overtaken:
        reason = f"{actor.name} gave {owned(what_of(role, lane))} to {person} meanwhile."
        handing.take_back(made, reason, actor, now, overtaken=True)

"""Handing a lane, command or the watch over: it counts when the receiver accepts.

Until then the giver owns it. Whatever ends an offer (an answer, its withdrawal, somebody else being
given the role meanwhile, the end of the watch) happens under the incident's lock, so that it ends
in one way only.
"""

from datetime import datetime
from uuid import UUID

from incidents.actions.claims import claim
from incidents.actions.role_steps import give_role_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person
from incidents.permissions import incident_roles, may
from incidents.rules.wording import listed
from incidents.timeline.record import record
from kernel.actor import SYSTEM, Actor
from kernel.refusal import NotPermitted, Refused
from kernel.text import clean_text, says_nothing
from lanes.due import WAITING, answer_due
from lanes.handoff import facts as handoff_facts
from lanes.handoff import rules
from lanes.handoff import steps as handoff_steps
from lanes.handoff.facts import LONGEST, Terms
from lanes.models import Handoff
from lanes.models.handoff import HandoffState
from lanes.vocabulary import WATCH, lane_of, owned, what_of

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
    with incident_action(
        permission, actor, incident_id, now, lane=lane_of(lane), once=once
    ) as incident:
        if not handoff_facts.is_passed_on(incident, lane):
            raise Refused.because("H-OVER", _over(lane))
        giver = handoff_facts.giver_of(incident, lane)
        offered = handoff_facts.judged(incident, terms, lane, giver, now)
        if problems := rules.violations(offered):
            raise Refused(problems)
        # What the rules have just required.
        assert giver is not None
        made = handoff_steps.store(incident, offered, lane, giver, terms, now)
        handoff_steps.record_offer(made, actor, now)
        redirect_submission(once, made.get_absolute_url())
        sentence = (
            f"{giver} offers {made.owned} of {incident.reference} to {made.receiver}:"
            f" {made.reference} waits for an answer."
        )
        handoff_steps.tell(made, [made.receiver, giver], "handoff.offered", sentence, actor, now)
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
    with incident_action("handoff.answer", actor, incident_id, now, once=once) as incident:
        made = handoff_steps.only_receiver(incident, number, actor)
        handoff_steps.refuse_ended(made)
        if not handoff_facts.is_passed_on(incident, made.what):
            raise Refused.because("H-OVER", _over(made.what))
        handoff_steps.refuse_unfit(incident, made)
        handoff_steps.end(made, HandoffState.ACCEPTED, "", now)
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
            handoff_steps.free_deputy(incident, actor, made.receiver, now)
        give_role_step(incident, actor, made.role, made.lane, made.receiver, now)
        sentence = f"{made.receiver} accepted {made.owned} of {incident.reference}."
        handoff_steps.tell(
            made, handoff_steps.concerned(made), "handoff.accepted", sentence, actor, now
        )
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
    with incident_action("handoff.answer", actor, incident_id, now, once=once) as incident:
        made = handoff_steps.only_receiver(incident, number, actor)
        handoff_steps.refuse_ended(made)
        if says_nothing(reason):
            raise Refused.because("H-REASON", "Say why you decline it.", "reason")
        handoff_steps.end(made, HandoffState.DECLINED, clean_text(reason, LONGEST), now)
        record(incident, "handoff.declined", actor, now, **handoff_steps.ended_data(made))
        sentence = (
            f"{made.receiver} declined {made.owned} of {incident.reference},"
            f" {made.giver} keeps it: {made.answer_reason}"
        )
        handoff_steps.tell(
            made, handoff_steps.concerned(made), "handoff.declined", sentence, actor, now
        )
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
    with incident_action("handoff.withdraw", actor, incident_id, now, once=once) as incident:
        made = handoff_steps.rows(incident).get(number=number)
        if actor.id != made.giver_id and not may("role.assign", incident_roles(actor, incident)):
            words = f"Only {made.giver} or the commander can withdraw {made.reference}."
            raise NotPermitted(words)
        handoff_steps.refuse_ended(made)
        handoff_steps.take_back(made, clean_text(reason, LONGEST), actor, now)
    return made


def remind(handoff_id: int, *, now: datetime) -> bool:
    """Write that an offer waits for its answer, once; false when it no longer does."""
    incident_id = Handoff.objects.values_list("incident_id", flat=True).get(pk=handoff_id)
    with incident_action("handoff.remind", SYSTEM, incident_id, now) as incident:
        made = handoff_steps.rows(incident).get(pk=handoff_id)
        if not made.is_open or not handoff_facts.is_passed_on(incident, made.what):
            return False
        if not claim(WAITING, str(handoff_id), answer_due(made), now):
            return False
        told = handoff_steps.unique([made.receiver, *handoff_steps.concerned(made)])
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
        handoff_steps.tell(made, told, WAITING, sentence, SYSTEM, now)
    return True


def close_overtaken(
    incident: Incident,
    role: str,
    lane: str,
    person: Person,
    actor: Actor,
    now: datetime,
    **_: object,
) -> None:
    """A step: what was given to somebody meanwhile is no longer its giver's to offer."""
    overtaken = (
        handoff_steps.rows(incident).open().filter(role=role, lane=lane).exclude(giver=person)
    )
    for made in overtaken:
        reason = f"{actor.name} gave {owned(what_of(role, lane))} to {person} meanwhile."
        handoff_steps.take_back(made, reason, actor, now, overtaken=True)

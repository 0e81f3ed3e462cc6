"""The steps that handoffs share: each takes the locked incident, or a row read under its lock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.transaction import next_number
from incidents.models import Assignment, Incident, Person
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import Actor
from kernel.refusal import NotPermitted, Refused
from kernel.text import clean_text
from lanes.handoff import facts as handoff_facts
from lanes.handoff import rules
from lanes.models import Handoff
from lanes.models.handoff import HandoffQuerySet, HandoffState
from lanes.vocabulary import WATCH, lane_of, role_of


def store(
    incident: Incident,
    offered: rules.Offered,
    what: str,
    giver: Person,
    terms: handoff_facts.Terms,
    now: datetime,
) -> Handoff:
    assert terms.receiver is not None
    assert terms.checkpoint is not None
    assert offered.checkpoint is not None
    of_watch = what == WATCH
    return Handoff.objects.create(
        incident=incident,
        number=next_number(incident.handoffs.all()),
        role=role_of(what),
        lane=lane_of(what),
        giver=giver,
        receiver=terms.receiver,
        included="\n".join(offered.included),
        excluded="\n".join(offered.excluded),
        unknowns=rules.complete(offered.unknowns, offered.known),
        checkpoint=None if of_watch else incident.checkpoints.get(number=terms.checkpoint),
        check_in=terms.checkpoint if of_watch else None,
        check_in_at=offered.checkpoint.due_at if of_watch else None,
        trigger=offered.trigger,
        message=clean_text(terms.message, handoff_facts.LONGEST),
        offered_at=now,
    )


def record_offer(made: Handoff, actor: Actor, now: datetime) -> None:
    record(
        made.incident,
        "handoff.offered",
        actor,
        now,
        lane=made.lane,
        subject=made.reference,
        what=made.label,
        giver=str(made.giver),
        receiver=str(made.receiver),
        included=made.included.splitlines(),
        excluded=made.excluded.splitlines(),
        unknowns=made.unknowns,
        checkpoint=made.committed_to,
        trigger=made.trigger,
        message=made.message,
    )


def rows(incident: Incident) -> HandoffQuerySet:
    """Each with this incident object, so that its steps find the lock."""
    return incident.handoffs.select_related("giver", "receiver", "checkpoint")


def only_receiver(incident: Incident, number: int, actor: Actor) -> Handoff:
    made = rows(incident).get(number=number)
    if not actor.is_person or actor.id != made.receiver_id:
        words = f"{made.reference} is offered to {made.receiver}: nobody else can answer it."
        raise NotPermitted(words)
    return made


def refuse_ended(made: Handoff) -> None:
    """An offer ends once; who comes second is told how it ended."""
    if made.is_open:
        return
    ended = {
        HandoffState.ACCEPTED: f"{made.receiver} accepted it.",
        HandoffState.DECLINED: f"{made.receiver} declined it. {made.answer_reason}",
        HandoffState.WITHDRAWN: f"it was withdrawn. {made.answer_reason}",
    }
    words = f"{made.reference} is over: {ended[HandoffState(made.state)].strip()}"
    raise Refused.because("H-STATE", words)


def refuse_unfit(incident: Incident, made: Handoff) -> None:
    """The receiver may have lost what it takes since the offer was made."""
    person = handoff_facts.receiver(incident, Person.objects.get(pk=made.receiver_id))
    assert person is not None
    if not (person.can_act and person.may_know):
        words = f"{person.name} cannot take {made.label}: only active responders can."
        raise Refused.because("H-RECEIVER", words)
    if holder(incident, made.role, made.lane) != made.giver:
        words = f"{made.giver} no longer has {made.owned}: it is not theirs to give."
        raise Refused.because("H-STATE", words)


def end(made: Handoff, state: HandoffState, reason: str, now: datetime) -> None:
    made.state, made.answered_at, made.answer_reason = state, now, reason
    made.save(update_fields=["state", "answered_at", "answer_reason"])


def ended_data(made: Handoff) -> dict[str, Any]:
    """What the entry of an offer that came to nothing holds."""
    return {
        "lane": made.lane,
        "subject": made.reference,
        "what": made.label,
        "giver": str(made.giver),
        "receiver": str(made.receiver),
        "reason": made.answer_reason,
    }


def take_back(
    made: Handoff, reason: str, actor: Actor, now: datetime, *, overtaken: bool = False
) -> None:
    """``overtaken``: the giver did not keep it. Somebody else was given it, or it is over."""
    end(made, HandoffState.WITHDRAWN, reason, now)
    data = ended_data(made) | {"overtaken": overtaken}
    record(made.incident, "handoff.withdrawn", actor, now, **data)
    sentence = (
        f"{made.reference} of {made.incident.reference}, {made.owned}, is withdrawn. {reason}"
    )
    tell(made, [made.receiver, made.giver], "handoff.withdrawn", sentence, actor, now)


def end_of_watch(incident: Incident, reason: str, actor: Actor, now: datetime) -> None:
    """A step: the watch is over, so that nobody can take it over any more."""
    for made in rows(incident).open().filter(role=RoleName.WATCH_OWNER):
        take_back(made, reason, actor, now, overtaken=True)


def free_deputy(incident: Incident, actor: Actor, commander: Person, now: datetime) -> None:
    """Commander and deputy are two people: who takes command leaves the other place empty."""
    held = Assignment.objects.current().filter(
        incident=incident, role=RoleName.DEPUTY, person=commander
    )
    if held.update(until=now):
        record(
            incident,
            "role.assigned",
            actor,
            now,
            role=RoleName.DEPUTY.label,
            person="nobody",
            person_id=None,
            before=f"Before: {commander}.",
        )


def concerned(made: Handoff) -> list[Person]:
    """The giver, and the commander."""
    commander = holder(made.incident, RoleName.COMMANDER)
    return unique([made.giver, *([commander] if commander else [])])


def unique(people: Iterable[Person]) -> list[Person]:
    return list({person.pk: person for person in people}.values())


def tell(
    made: Handoff,
    people: Iterable[Person],
    kind: str,
    sentence: str,
    actor: Actor,
    now: datetime,
) -> None:
    """A notice for each of them but who did it."""
    told = [person for person in people if person.pk != actor.id]
    href = made.get_absolute_url()
    notify_step(made.incident, told, kind, sentence[:300], href, now, made.reference)

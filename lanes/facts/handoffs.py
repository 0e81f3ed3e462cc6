"""What is read of handoffs: those that wait for an answer, and the facts that the rules judge."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from incidents.actions.role_steps import holder
from incidents.facts import at_moment
from incidents.facts import incident as incident_facts
from incidents.models import Checkpoint, Incident, Person
from incidents.vocabulary import RoleName, Status
from kernel.text import clean_text
from lanes.facts.watch_port import CheckIn, watch_of
from lanes.models import Handoff, Unknown
from lanes.models.handoff import HandoffQuerySet, HandoffState
from lanes.rules import handoff as rules
from lanes.rules.boundary import Boundary
from lanes.rules.handoff import Commitment, OpenUnknown, Receiver
from lanes.vocabulary import WATCH, check_in_label, label_of, lane_of, role_of

WAITING = "handoff.waiting"
ANSWER_TIMEOUT = timedelta(minutes=5)
"""How long an offer may wait before giver, receiver and commander are reminded."""

MAX_TEXT_LENGTH = 4000
"""Limit of each text field."""


def answer_due(handoff: Handoff) -> datetime:
    return handoff.offered_at + ANSWER_TIMEOUT


@dataclass(frozen=True, slots=True)
class Terms:
    """A handoff as its giver filled in the form.

    ``checkpoint`` is its number in the incident; of a watch, the check-in's hour after closing.
    """

    receiver: Person | None = None
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    unknowns: str = ""
    checkpoint: int | None = None
    trigger: str = ""
    message: str = ""


def can_be_handed_over(incident: Incident, what: str) -> bool:
    """The watch can be while there is one, everything else while the incident is active."""
    return incident.status == (Status.WATCHING if what == WATCH else Status.ACTIVE)


def handoffs_of(incident: Incident) -> HandoffQuerySet:
    """The incident's handoffs, with the people and the checkpoint of each."""
    return incident.handoffs.select_related("giver", "receiver", "checkpoint")


def giver_and_commander(incident: Incident, handoff: Handoff) -> list[Person]:
    commander = holder(incident, RoleName.COMMANDER)
    return unique([handoff.giver, *([commander] if commander else [])])


def unique(people: Iterable[Person]) -> list[Person]:
    return list({person.pk: person for person in people}.values())


def open_handoffs(incident: Incident) -> dict[str, Handoff]:
    """The unanswered handoffs by what is handed over: one query, cached on the incident object.

    For an incident shown as of an earlier time, those that were unanswered then.
    """
    if not hasattr(incident, "_offers"):
        moment = incident_facts.moment_of(incident)
        rows = Handoff.objects.filter(incident=incident).open(moment)
        handoffs = list(rows.select_related("giver", "receiver", "checkpoint"))
        if moment is not None:
            for handoff in handoffs:
                _reopen(handoff, moment)
        incident._offers = {handoff.what: handoff for handoff in handoffs}  # type: ignore[attr-defined]
    return incident._offers  # type: ignore[attr-defined, no-any-return]


def _reopen(handoff: Handoff, moment: datetime) -> None:
    """Set the row, which is never saved, to what it was while it waited."""
    handoff.state, handoff.answered_at, handoff.answer_reason = HandoffState.OFFERED.value, None, ""
    if handoff.checkpoint is not None:
        at_moment.checkpoint(handoff.checkpoint, moment)


def unknowns_of(incident: Incident, what: str) -> tuple[OpenUnknown, ...]:
    """The open unknowns of a lane; of every lane for command and for the watch."""
    rows = Unknown.objects.open().filter(incident=incident)
    if lane := lane_of(what):
        rows = rows.filter(lane=lane)
    return tuple(OpenUnknown(unknown.reference, unknown.text) for unknown in rows)


def upcoming_checkpoints(incident: Incident, now: datetime) -> tuple[Checkpoint, ...]:
    """The open checkpoints that are not overdue: what a receiver can commit to."""
    return tuple(
        checkpoint
        for checkpoint in incident_facts.cached_facts(incident).open_checkpoints
        if not checkpoint.is_overdue(now)
    )


def commitment_to(checkpoint: Checkpoint | None) -> Commitment | None:
    if checkpoint is None:
        return None
    return Commitment(checkpoint.reference, checkpoint.due_at, checkpoint.is_open)


def find_check_in(incident: Incident, hour: int | None) -> CheckIn | None:
    """A check-in of the watch, or its end, by its hour after closing."""
    watch = watch_of(incident)
    check_ins = watch.check_ins if watch is not None else ()
    return next((candidate for candidate in check_ins if candidate.hour == hour), None)


def _check_in_commitment(check_in: CheckIn | None) -> Commitment | None:
    return (
        Commitment(check_in_label(check_in.hour), check_in.due_at, check_in.is_open)
        if check_in
        else None
    )


def _commitments(
    incident: Incident, what: str, chosen: int | None, now: datetime
) -> tuple[Commitment | None, tuple[Commitment, ...]]:
    """The chosen commitment, and those there are to choose from."""
    if what == WATCH:
        watch = watch_of(incident)
        following = _check_in_commitment(watch.ahead(now) if watch is not None else None)
        return _check_in_commitment(find_check_in(incident, chosen)), (
            following,
        ) if following else ()
    point = incident.checkpoints.filter(number=chosen).first()
    upcoming = map(commitment_to, upcoming_checkpoints(incident, now))
    return commitment_to(point), tuple(commitment for commitment in upcoming if commitment)


def receiver(incident: Incident, person: Person | None) -> Receiver | None:
    """A person as the rules judge them."""
    if person is None:
        return None
    may_know = Incident.objects.known_to(person).filter(pk=incident.pk).exists()
    return Receiver(person.pk, str(person), is_fit(person), may_know)


def is_fit(person: Person) -> bool:
    return person.is_active and person.is_responder


def giver_of(incident: Incident, what: str) -> Person | None:
    """The owner, if they can still act: nobody else can hand it over."""
    owner = holder(incident, role_of(what), lane_of(what))
    return owner if owner is not None and is_fit(owner) else None


def propose(
    incident: Incident, terms: Terms, what: str, giver: Person | None, now: datetime
) -> rules.ProposedHandoff:
    """The terms as they would be stored, with the facts that the rules need beside them."""
    scope = Boundary.of(map(clean_text, terms.included), map(clean_text, terms.excluded))
    chosen, following = _commitments(incident, what, terms.checkpoint, now)
    other = open_handoffs(incident).get(what)
    return rules.ProposedHandoff(
        now=now,
        what=label_of(what),
        included=scope.included,
        excluded=scope.excluded,
        unknowns=clean_text(terms.unknowns, MAX_TEXT_LENGTH),
        known=unknowns_of(incident, what),
        checkpoint=chosen,
        ahead=following,
        trigger=clean_text(terms.trigger, MAX_TEXT_LENGTH),
        giver=giver.pk if giver else None,
        receiver=receiver(incident, terms.receiver),
        waiting=other.reference if other else "",
        waiting_href=other.get_absolute_url() if other else "",
        plan_href=reverse("checkpoint", args=[incident.pk]),
        role_href=role_href(incident, what),
        is_of_watch=what == WATCH,
    )


def role_href(incident: Incident, what: str) -> str:
    who = role_of(what).value
    if lane := lane_of(what):
        who = f"{who}:{lane}"
    return f"{reverse('role', args=[incident.pk])}?who={who}"


def acceptance_test(handoff: Handoff, now: datetime) -> tuple[tuple[str, str, bool], ...]:
    """The acceptance test of an offer as of now: each part, its detail, and whether it holds.

    All four held when it was offered; only the checkpoint can have passed since.
    """
    point, at = handoff.checkpoint, handoff.committed_at
    ended = "is decided meanwhile" if point is not None and not point.is_open else "is overdue"
    if handoff.is_of_watch:
        ended = "has come meanwhile"
    holds = (point is None or point.is_open) and at is not None and now < at
    name = handoff.committed_to[:1].upper() + handoff.committed_to[1:]
    excluded = f" Out: {', '.join(handoff.excluded.splitlines())}." if handoff.excluded else ""
    details = (
        (f"In: {', '.join(handoff.included.splitlines())}.{excluded}", True),
        ("", True),
        (name if holds else f"{name} {ended}", holds),
        ("", True),
    )
    labels = rules.PARTS.values()
    return tuple((label, *detail) for label, detail in zip(labels, details, strict=True))


def how_ended(handoff: Handoff) -> str:
    """How an offer ended, as a sentence; empty while it is open."""
    if handoff.is_open:
        return ""
    sentences = {
        HandoffState.ACCEPTED: f"{handoff.receiver} accepted it.",
        HandoffState.DECLINED: f"{handoff.receiver} declined it. {handoff.answer_reason}",
        HandoffState.WITHDRAWN: f"it was withdrawn. {handoff.answer_reason}",
    }
    return sentences[HandoffState(handoff.state)].strip()


def acceptance_of(incident: Incident, handoff: Handoff) -> rules.Acceptance:
    """Receiver and owner as they are now: either may have changed since the offer."""
    person = receiver(incident, Person.objects.get(pk=handoff.receiver_id))
    assert person is not None
    still_owns = holder(incident, handoff.role, handoff.lane) == handoff.giver
    return rules.Acceptance(handoff.label, handoff.owned, str(handoff.giver), person, still_owns)

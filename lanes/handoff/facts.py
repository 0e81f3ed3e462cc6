"""Handoffs as they are read: those that wait for an answer, and what they are judged by."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from incidents.actions.role_steps import holder
from incidents.facts import at_moment
from incidents.facts import incident as incident_facts
from incidents.models import Checkpoint, Incident, Person
from incidents.vocabulary import Status
from kernel.text import clean_text
from lanes.handoff import rules
from lanes.handoff.rules import Committed, Known, Receiver
from lanes.handoff.watch_port import CheckIn, watch_of
from lanes.models import Handoff, Unknown
from lanes.models.handoff import HandoffState
from lanes.rules.boundary import Boundary
from lanes.vocabulary import WATCH, check_in_label, label_of, lane_of, role_of

LONGEST = 4000
"""Characters of each text that is typed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A handoff as its giver filled it in.

    ``checkpoint`` is its number in the incident; of a watch, the check-in's hour after closing.
    """

    receiver: Person | None = None
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    unknowns: str = ""
    checkpoint: int | None = None
    trigger: str = ""
    message: str = ""


def is_passed_on(incident: Incident, what: str) -> bool:
    """The watch is handed over while there is one, all else while the incident is active."""
    return incident.status == (Status.WATCHING if what == WATCH else Status.ACTIVE)


def waiting(incident: Incident) -> dict[str, Handoff]:
    """The handoffs without an answer, by what they pass: one query, none the second time.

    In an incident of the past, those that had none then.
    """
    if not hasattr(incident, "_offers"):
        moment = incident_facts.moment_of(incident)
        rows = Handoff.objects.filter(incident=incident).open(moment)
        found = list(rows.select_related("giver", "receiver", "checkpoint"))
        if moment is not None:
            for one in found:
                _unanswered(one, moment)
        incident._offers = {one.what: one for one in found}  # type: ignore[attr-defined]
    return incident._offers  # type: ignore[attr-defined, no-any-return]


def _unanswered(one: Handoff, moment: datetime) -> None:
    """As the row was while it waited. It is never saved."""
    one.state, one.answered_at, one.answer_reason = HandoffState.OFFERED.value, None, ""
    if one.checkpoint is not None:
        at_moment.checkpoint(one.checkpoint, moment)


def known(incident: Incident, what: str) -> tuple[Known, ...]:
    """The open unknowns of a lane; of every lane for command and for the watch."""
    rows = Unknown.objects.open().filter(incident=incident)
    if lane := lane_of(what):
        rows = rows.filter(lane=lane)
    return tuple(Known(one.reference, one.text) for one in rows)


def ahead(incident: Incident, now: datetime) -> tuple[Checkpoint, ...]:
    """The open checkpoints that are not due yet: what a receiver can commit to."""
    return tuple(
        one
        for one in incident_facts.cached_facts(incident).open_checkpoints
        if not one.is_overdue(now)
    )


def committed(checkpoint: Checkpoint | None) -> Committed | None:
    if checkpoint is None:
        return None
    return Committed(checkpoint.reference, checkpoint.due_at, checkpoint.is_open)


def check_in(incident: Incident, hour: int | None) -> CheckIn | None:
    """A check-in of the watch, its end among them, by its hour after closing."""
    watch = watch_of(incident)
    every = watch.check_ins if watch is not None else ()
    return next((one for one in every if one.hour == hour), None)


def _seen(one: CheckIn | None) -> Committed | None:
    return Committed(check_in_label(one.hour), one.due_at, one.is_open) if one else None


def _times(
    incident: Incident, what: str, chosen: int | None, now: datetime
) -> tuple[Committed | None, tuple[Committed, ...]]:
    """What was chosen to commit to, and what there is to choose from."""
    if what == WATCH:
        watch = watch_of(incident)
        following = _seen(watch.ahead(now) if watch is not None else None)
        return _seen(check_in(incident, chosen)), (following,) if following else ()
    point = incident.checkpoints.filter(number=chosen).first()
    open_ones = map(committed, ahead(incident, now))
    return committed(point), tuple(one for one in open_ones if one)


def receiver(incident: Incident, person: Person | None) -> Receiver | None:
    """A person as the rules see one."""
    if person is None:
        return None
    may_know = Incident.objects.known_to(person).filter(pk=incident.pk).exists()
    return Receiver(person.pk, str(person), is_fit(person), may_know)


def is_fit(person: Person) -> bool:
    return person.is_active and person.is_responder


def giver_of(incident: Incident, what: str) -> Person | None:
    """Who holds it and can still act: somebody else can give nothing away."""
    held = holder(incident, role_of(what), lane_of(what))
    return held if held is not None and is_fit(held) else None


def judged(
    incident: Incident, terms: Terms, what: str, giver: Person | None, now: datetime
) -> rules.Offered:
    """What was written, as it would be stored, and what is so around it."""
    scope = Boundary.of(map(clean_text, terms.included), map(clean_text, terms.excluded))
    chosen, following = _times(incident, what, terms.checkpoint, now)
    other = waiting(incident).get(what)
    return rules.Offered(
        now=now,
        what=label_of(what),
        included=scope.included,
        excluded=scope.excluded,
        unknowns=clean_text(terms.unknowns, LONGEST),
        known=known(incident, what),
        checkpoint=chosen,
        ahead=following,
        trigger=clean_text(terms.trigger, LONGEST),
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


def tested(handoff: Handoff, now: datetime) -> tuple[tuple[str, str, bool], ...]:
    """The acceptance test of an offer as it stands now: each part, its detail, whether it holds.

    What was offered passed all four; only its checkpoint can come to an end meanwhile.
    """
    point, at = handoff.checkpoint, handoff.committed_at
    ended = "is decided meanwhile" if point is not None and not point.is_open else "is overdue"
    if handoff.is_of_watch:
        ended = "has come meanwhile"
    holds = (point is None or point.is_open) and at is not None and now < at
    name = handoff.committed_to[:1].upper() + handoff.committed_to[1:]
    excluded = f" Out: {', '.join(handoff.excluded.splitlines())}." if handoff.excluded else ""
    details = {
        "H-BOUNDARY": (f"In: {', '.join(handoff.included.splitlines())}.{excluded}", True),
        "H-UNKNOWNS": ("", True),
        "H-CHECKPOINT": (name if holds else f"{name} {ended}", holds),
        "H-TRIGGER": ("", True),
    }
    return tuple((label, *details[code]) for code, label in rules.PARTS.items())

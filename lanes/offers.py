"""Handoffs as they are read: those that wait for an answer, and what they are judged by."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from incidents import facts as incident_facts
from incidents import rewind
from incidents.actions.act import holder, said
from incidents.models import Checkpoint, Incident, Person
from incidents.vocabulary import LaneKind, RoleName
from lanes.models import Handoff, Unknown
from lanes.models.handoff import HandoffState
from lanes.rules import handoff as rules
from lanes.rules.boundary import Boundary
from lanes.rules.handoff import Committed, Known, Receiver

LONGEST = 4000
"""Characters of each text that is typed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A handoff as its giver filled it in; ``checkpoint`` is its number in the incident."""

    receiver: Person | None = None
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    unknowns: str = ""
    checkpoint: int | None = None
    trigger: str = ""
    message: str = ""


def role_of(lane: str) -> RoleName:
    """What passes: a lane's ownership, or command when no lane is named."""
    return RoleName.LANE_OWNER if lane else RoleName.COMMANDER


def label_of(lane: str) -> str:
    return str(LaneKind(lane).label) if lane else "Command"


def owned(lane: str) -> str:
    """What passes, within a sentence: "the lane Mitigation", "command"."""
    return f"the lane {label_of(lane)}" if lane else "command"


def waiting(incident: Incident) -> dict[str, Handoff]:
    """The handoffs without an answer, by lane ("" is command): one query, none the second time.

    In an incident of the past, those that had none then.
    """
    if not hasattr(incident, "_offers"):
        moment = incident_facts.moment_of(incident)
        rows = Handoff.objects.filter(incident=incident).open(moment)
        found = list(rows.select_related("giver", "receiver", "checkpoint"))
        if moment is not None:
            for one in found:
                _unanswered(one, moment)
        incident._offers = {one.lane: one for one in found}  # type: ignore[attr-defined]
    return incident._offers  # type: ignore[attr-defined, no-any-return]


def _unanswered(one: Handoff, moment: datetime) -> None:
    """As the row was while it waited. It is never saved."""
    one.state, one.answered_at, one.answer_reason = HandoffState.OFFERED.value, None, ""
    rewind.checkpoint(one.checkpoint, moment)


def known(incident: Incident, lane: str) -> tuple[Known, ...]:
    """The open unknowns of a lane; of every lane for command."""
    rows = Unknown.objects.open().filter(incident=incident)
    if lane:
        rows = rows.filter(lane=lane)
    return tuple(Known(one.reference, one.text) for one in rows)


def ahead(incident: Incident, now: datetime) -> tuple[Checkpoint, ...]:
    """The open checkpoints that are not due yet: what a receiver can commit to."""
    return tuple(
        one for one in incident_facts.of(incident).open_checkpoints if not one.is_overdue(now)
    )


def committed(checkpoint: Checkpoint | None) -> Committed | None:
    if checkpoint is None:
        return None
    return Committed(checkpoint.reference, checkpoint.due_at, checkpoint.is_open)


def receiver(incident: Incident, person: Person | None) -> Receiver | None:
    """A person as the rules see one."""
    if person is None:
        return None
    may_know = Incident.objects.known_to(person).filter(pk=incident.pk).exists()
    return Receiver(person.pk, str(person), is_fit(person), may_know)


def is_fit(person: Person) -> bool:
    return person.is_active and person.is_responder


def giver_of(incident: Incident, lane: str) -> Person | None:
    """Who holds it and can still act: somebody else can give nothing away."""
    held = holder(incident, role_of(lane), lane)
    return held if held is not None and is_fit(held) else None


def judged(
    incident: Incident, terms: Terms, lane: str, giver: Person | None, now: datetime
) -> rules.Offered:
    """What was written, as it would be stored, and what is so around it."""
    scope = Boundary.of(map(said, terms.included), map(said, terms.excluded))
    chosen = incident.checkpoints.filter(number=terms.checkpoint).first()
    other = waiting(incident).get(lane)
    return rules.Offered(
        now=now,
        what=label_of(lane),
        included=scope.included,
        excluded=scope.excluded,
        unknowns=said(terms.unknowns, LONGEST),
        known=known(incident, lane),
        checkpoint=committed(chosen),
        ahead=tuple(c for point in ahead(incident, now) if (c := committed(point))),
        trigger=said(terms.trigger, LONGEST),
        giver=giver.pk if giver else None,
        receiver=receiver(incident, terms.receiver),
        waiting=other.reference if other else "",
        waiting_href=other.get_absolute_url() if other else "",
        plan_href=reverse("checkpoint", args=[incident.pk]),
        role_href=role_href(incident, lane),
    )


def role_href(incident: Incident, lane: str) -> str:
    who = f"{RoleName.LANE_OWNER}:{lane}" if lane else RoleName.COMMANDER.value
    return f"{reverse('role', args=[incident.pk])}?who={who}"


def tested(handoff: Handoff, now: datetime) -> tuple[tuple[str, str, bool], ...]:
    """The acceptance test of an offer as it stands now: each part, its detail, whether it holds.

    What was offered passed all four; only its checkpoint can come to an end meanwhile.
    """
    point = handoff.checkpoint
    ended = "is decided meanwhile" if not point.is_open else "is overdue"
    holds = point.is_open and not point.is_overdue(now)
    excluded = f" Out: {', '.join(handoff.excluded.splitlines())}." if handoff.excluded else ""
    details = {
        "H-BOUNDARY": (f"In: {', '.join(handoff.included.splitlines())}.{excluded}", True),
        "H-UNKNOWNS": ("", True),
        "H-CHECKPOINT": (point.reference if holds else f"{point.reference} {ended}", holds),
        "H-TRIGGER": ("", True),
    }
    return tuple((label, *details[code]) for code, label in rules.PARTS.items())

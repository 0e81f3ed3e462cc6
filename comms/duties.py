"""Duties of communication: publish a promised update, and explain one that came late; and when the
notices of a promise are over."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse

from comms.facts import promises
from comms.facts.promises import Commitment
from comms.rules.commitment import DUE, SOON
from incidents.assessments.notices import ENDINGS
from incidents.duties.duty import Duty, register_while
from incidents.duties.urgency import Urgency
from incidents.facts.incident import IncidentFacts
from incidents.models import Notice, Person
from incidents.vocabulary import LaneKind, RoleName, Status


@register_while(Status.ACTIVE)
def promise_duties(
    all_facts: Sequence[IncidentFacts], person: Person, now: datetime
) -> Iterable[Duty]:
    """For the communication owner, else the commander. One query, none for other people."""
    mine = {facts.incident.pk: facts for facts in all_facts if _speaker(facts) == person}
    if not mine:
        return
    last = promises.last_of([facts.incident for facts in mine.values()])
    spoken = [number for number, updates in last.items() if updates]
    for number in spoken:
        for commitment in promises.open_commitments(last[number])[:1]:
            yield _publish_duty(mine[number], commitment, now)
        for late in last[number][0].unexplained:
            yield _explain_duty(mine[number], late)


def _speaker(facts: IncidentFacts) -> Person | None:
    return facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION) or facts.commander


def _role(facts: IncidentFacts) -> str:
    owner = facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION)
    return "communication owner" if owner else "commander"


def _publish_duty(facts: IncidentFacts, commitment: Commitment, now: datetime) -> Duty:
    late = commitment.promise.is_overdue(now)
    why = f"{commitment.update.reference} promised it to its readers."
    return Duty(
        incident=facts.incident,
        role=_role(facts),
        urgency=Urgency.PUBLISH_LATE_UPDATE if late else Urgency.PUBLISH_UPDATE,
        title="Publish the promised update",
        why=f"It is late. {why}" if late else why,
        href=reverse("update-write", args=[facts.incident.pk]),
        button="Write the update",
        key="U",
        due_at=commitment.next_at,
        overdue=late,
        warning="UNANNOUNCED",
    )


def _explain_duty(facts: IncidentFacts, late: int) -> Duty:
    """``late`` is the number of the update whose promise lapsed."""
    return Duty(
        incident=facts.incident,
        role=_role(facts),
        urgency=Urgency.EXPLAIN_LATE_UPDATE,
        title=f"Say why the update after update {late} was late",
        why="A promise to readers lapsed; the closure asks for an explanation.",
        href=reverse("lapse", args=[facts.incident.pk, late]),
        button="Explain it",
    )


@ENDINGS.register_as(SOON)
@ENDINGS.register_as(DUE)
def is_kept(facts: IncidentFacts, notice: Notice) -> bool:
    open_promises = promises.of(facts.incident)
    return notice.subject not in {commitment.update.reference for commitment in open_promises}

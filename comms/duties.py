"""Duties of communication: publish what readers wait for, explain what came late; and when the
notices of a promise are over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from comms.facts import promises
from comms.rules.commitment import DUE, LAPSED, SOON, Promise, PromiseKind, message_reference
from incidents.assessments.notices import ENDINGS, READERS
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
    for number, messages in last.items():
        for promise in _next_of_each_page(messages.open):
            yield _publish_duty(mine[number], promise, now)
        for kind, late in messages.unexplained:
            yield _explain_duty(mine[number], kind, late)


def _next_of_each_page(open_promises: Iterable[Promise]) -> Iterable[Promise]:
    """The first update and the first escalation that are waited for: one message fulfils more."""
    by_page: dict[str, Promise] = {}
    for promise in open_promises:
        by_page.setdefault(_WORDS[promise.kind].page, promise)
    return by_page.values()


def _speaker(facts: IncidentFacts) -> Person | None:
    return facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION) or facts.commander


def _role(facts: IncidentFacts) -> str:
    owner = facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION)
    return "communication owner" if owner else "commander"


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    why: str
    page: str = "update-write"
    button: str = "Write the update"
    key: str = "U"


_WORDS = {
    PromiseKind.CAME_BACK: _Words(
        "Correct the update that says recovered",
        "{0} says that it recovered, and the incident is open again: its readers go by it.",
    ),
    PromiseKind.FIRST: _Words(
        "Publish the first update", "Readers are told of an incident this severe at once."
    ),
    PromiseKind.UPDATE: _Words("Publish the promised update", "{0} promised it to its readers."),
    PromiseKind.ESCALATION: _Words(
        "Send the update that the escalation promised",
        "{0} promised it to those who were asked to help. Any message that they read fulfils it.",
        page="escalation-write",
        button="Write the escalation",
        key="",
    ),
}


def _publish_duty(facts: IncidentFacts, promise: Promise, now: datetime) -> Duty:
    late, words = promise.is_overdue(now), _WORDS[promise.kind]
    why = words.why.format(promise.reference)
    return Duty(
        incident=facts.incident,
        role=_role(facts),
        urgency=Urgency.PUBLISH_LATE_UPDATE if late else Urgency.PUBLISH_UPDATE,
        title=words.title,
        why=f"It is late. {why}" if late and promise.kind != PromiseKind.CAME_BACK else why,
        href=reverse(words.page, args=[facts.incident.pk]),
        button=words.button,
        key=words.key,
        due_at=promise.next_at,
        overdue=late,
        warning="UNANNOUNCED",
    )


def _explain_duty(facts: IncidentFacts, kind: PromiseKind, late: int) -> Duty:
    """``late`` is the number of the message whose promise lapsed."""
    page = "lapse" if kind == PromiseKind.UPDATE else "escalation-lapse"
    return Duty(
        incident=facts.incident,
        role=_role(facts),
        urgency=Urgency.EXPLAIN_LATE_UPDATE,
        title=f"Say why the update after {kind} {late} was late",
        why="A promise to readers lapsed; the closure asks for an explanation.",
        href=reverse(page, args=[facts.incident.pk, late]),
        button="Explain it",
    )


@READERS.register_as(SOON)
@READERS.register_as(DUE)
@READERS.register_as(LAPSED)
def read_promises(all_facts: Sequence[IncidentFacts]) -> None:
    """For the endings below; no query where the duties have read them."""
    promises.last_of([facts.incident for facts in all_facts])


@ENDINGS.register_as(SOON)
@ENDINGS.register_as(DUE)
def is_kept(facts: IncidentFacts, notice: Notice) -> bool:
    """Whether the promise is open no more; one that was made since is not the one in the notice,
    though the first update has the name of the message that it became.
    """
    return not any(
        promise.reference == notice.subject and promise.published_at <= notice.at
        for promise in promises.of(facts.incident)
    )


@ENDINGS.register_as(LAPSED)
def is_explained(facts: IncidentFacts, notice: Notice) -> bool:
    """Whether it is published by now, and said why so late where that is asked."""
    unexplained = promises.last_of([facts.incident])[facts.incident.pk].unexplained
    owed = {message_reference(kind, number) for kind, number in unexplained}
    return notice.subject not in owed and is_kept(facts, notice)

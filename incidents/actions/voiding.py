"""Ending an incident that was declared in error, and taking that back. No way round the gate: it is
refused, by the row itself too, once anything was executed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from incidents.actions.lifecycle import set_status
from incidents.actions.notices import notify
from incidents.actions.transaction import incident_action
from incidents.models import Execution, Freeze, Incident, Person, Voided
from incidents.rules import voiding as rules
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import Status
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text

VOIDED = replay.register("incident.voided")
DUPLICATE = replay.register("incident.duplicate")
TAKEN_BACK = replay.register("incident.taken_back")
STANDS = replay.register("incident.stands")

type Follower = Callable[[Voided, Actor, datetime], object]

_followers: list[Follower] = []


def register_follower(follower: Follower) -> Follower:
    """Have a step run in the transaction that ends an incident as declared in error."""
    _followers.append(follower)
    return follower


def void(
    actor: Actor, incident_id: int, *, reason: str, now: datetime, once: UUID | None = None
) -> Voided:
    """Nothing happened. It ends as void: never called closed, counted apart."""
    with (
        _one_at_a_time(),
        incident_action("incident.void", actor, incident_id, now, once=once) as incident,
    ):
        if problems := rules.void_violations(_ending(incident), reason):
            raise Refused(_linked(problems, incident))
        return _end(incident, None, reason, actor, now)


def duplicate(
    actor: Actor,
    incident_id: int,
    *,
    original: int | None,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Voided:
    """It is another incident again, by its number; whoever takes part is told where to go."""
    with (
        _one_at_a_time(),
        incident_action("incident.void", actor, incident_id, now, once=once) as incident,
    ):
        other, ending = _known(actor, original), _ending(incident)
        named = _original(incident, other) if other else None
        problems = rules.void_violations(ending, reason)
        problems += rules.duplicate_violations(incident.pk, ending, named)
        if problems:
            raise Refused(_linked(problems, incident))
        made = _end(incident, other, reason, actor, now)
        assert other is not None
        words = f"{incident.reference} is followed as {other.reference}: {other.title}"[:300]
        people = _taking_part(incident).exclude(pk=made.by_id)
        notify(incident, list(people), DUPLICATE, words, other.get_absolute_url(), now)
        return made


def _known(actor: Actor, number: int | None) -> Incident | None:
    if number is None:
        return None
    person = Person.objects.get(pk=actor.id)
    return Incident.objects.visible_to(person).filter(pk=number).first()


def _taking_part(incident: Incident) -> QuerySet[Person]:
    mine = incident.participations.filter(person=OuterRef("pk"))
    people: QuerySet[Person] = Person.objects.who_can_respond().filter(Exists(mine))
    return people


def _original(incident: Incident, other: Incident) -> rules.Original:
    insiders = Person.objects.who_may_enter(other).order_by().values("pk")
    strangers = _taking_part(incident).exclude(pk__in=insiders) if other.restricted else ()
    names = tuple(str(one) for one in strangers)
    return rules.Original(other.pk, other.status, other.restricted, names)


def _executed(incident: Incident) -> list[str]:
    rows = Execution.objects.filter(incident=incident, started_at__isnull=False)
    rows = rows.select_related("decision").order_by("decision__number")
    return [one.decision.reference for one in rows]


def _ending(incident: Incident) -> rules.Ending:
    frozen = Freeze.objects.in_force().filter(incident=incident).select_related("surface")
    standing = Voided.objects.filter(original=incident, taken_back_at=None)
    return rules.Ending(
        status=incident.status,
        executed=tuple(_executed(incident)),
        frozen=tuple(str(one.surface) for one in frozen),
        duplicates=tuple(one.incident.reference for one in standing.select_related("incident")),
        restricted=incident.restricted,
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two that end as duplicates of each other: the second sees what became of the first.

    Taken before the incident's own lock, since naming another waits for whoever holds that one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ENDS_IN_ERROR])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ENDS_IN_ERROR])


_ENDS_IN_ERROR = 0x57410100


def _linked(problems: rules.Found, incident: Incident) -> rules.Found:
    """The pages that mend it, by their names."""
    return tuple(
        replace(one, href=reverse(one.href, args=[incident.pk])) if one.href else one
        for one in problems
    )


def _end(
    incident: Incident, original: Incident | None, reason: str, actor: Actor, now: datetime
) -> Voided:
    reason = clean_text(reason, 500)
    by = Person.objects.get(pk=actor.id)
    made = Voided.objects.create(incident=incident, original=original, reason=reason, at=now, by=by)
    status = Status.DUPLICATE if original else Status.VOID
    of: dict[str, Any] = {"original": original.reference} if original else {}
    kind = DUPLICATE if original else VOIDED
    record(incident, kind, actor, now, reason=reason, becomes=set_status(incident, status), **of)
    for follow in _followers:
        follow(made, actor, now)
    return made


def take_back(
    actor: Actor, incident_id: int, *, reason: str, now: datetime, once: UUID | None = None
) -> Incident:
    """It was no error: active again, or backfilled, as it was."""
    with incident_action("incident.take_back", actor, incident_id, now, once=once) as incident:
        if problems := rules.take_back_violations(incident.status, reason):
            raise Refused(problems)
        incident.voidings.filter(taken_back_at=None).update(taken_back_at=now)
        written_up = incident.backfilled is not None
        becomes = set_status(incident, rules.before_it(written_up))
        kind = STANDS if written_up else TAKEN_BACK
        record(incident, kind, actor, now, reason=clean_text(reason, 500), becomes=becomes)
    return incident

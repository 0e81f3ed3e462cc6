"""Ending an incident that was declared in error, and taking that back.

It is no way around the gate: rules and the database refuse it once a decision was executed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from incidents.actions.lifecycle_steps import set_status_step
from incidents.actions.notices import notify_step
from incidents.actions.transaction import incident_action
from incidents.models import Execution, Freeze, Incident, Person, Voided
from incidents.rules import voiding as rules
from incidents.signals import incident_voided
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import Status
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text

VOIDED = replay.KINDS.register("incident.voided")
DUPLICATE = replay.KINDS.register("incident.duplicate")
MAX_NAMED = 10
"""At most so many duplicates are named."""
TAKEN_BACK = replay.KINDS.register("incident.taken_back")
STANDS = replay.KINDS.register("incident.stands")


def void(
    actor: Actor, incident_id: int, *, reason: str, now: datetime, once: UUID | None = None
) -> Voided:
    """End an incident in which nothing happened, as void."""
    with (
        _serialized(),
        incident_action("incident.void", actor, incident_id, now, once=once) as incident,
    ):
        if problems := rules.void_violations(_ending_facts(incident, actor), reason):
            raise Refused(_with_links(problems, incident))
        return _end_in_error(incident, None, reason, actor, now)


def duplicate(
    actor: Actor,
    incident_id: int,
    *,
    original: int | None,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Voided:
    """End an incident as duplicate of ``original``; its participants are notified of that one."""
    with (
        _serialized(),
        incident_action("incident.void", actor, incident_id, now, once=once) as incident,
    ):
        other, facts = _visible_incident(actor, original), _ending_facts(incident, actor)
        original_facts = _original_facts(incident, other, actor) if other else None
        problems = rules.void_violations(facts, reason)
        problems += rules.duplicate_violations(incident.pk, facts, original_facts)
        if problems:
            raise Refused(_with_links(problems, incident))
        voided = _end_in_error(incident, other, reason, actor, now)
        assert other is not None
        sentence = f"{incident.reference} is followed as {other.reference}: {other.title}"[:300]
        people = _participants(incident).exclude(pk=voided.by_id)
        notify_step(incident, list(people), DUPLICATE, sentence, other.get_absolute_url(), now)
        return voided


def _visible_incident(actor: Actor, number: int | None) -> Incident | None:
    if number is None:
        return None
    person = Person.objects.get(pk=actor.id)
    return Incident.objects.visible_to(person).filter(pk=number).first()


def _participants(incident: Incident) -> QuerySet[Person]:
    mine = incident.participations.filter(person=OuterRef("pk"))
    people: QuerySet[Person] = Person.objects.who_can_respond().filter(Exists(mine))
    return people


def _original_facts(incident: Incident, other: Incident, actor: Actor) -> rules.Original:
    insiders = Person.objects.who_may_enter(other).order_by().values("pk")
    strangers = _participants(incident).exclude(pk__in=insiders) if other.restricted else ()
    names = tuple(str(person) for person in strangers)
    of_other = other.voidings.filter(taken_back_at=None).first()
    followed = _visible_incident(actor, of_other.original_id if of_other else None)
    followed_as = followed.reference if followed else ""
    return rules.Original(other.pk, other.status, followed_as, other.restricted, names)


def _executed(incident: Incident) -> list[str]:
    rows = Execution.objects.filter(incident=incident, started_at__isnull=False)
    rows = rows.select_related("decision").order_by("decision__number")
    return [execution.decision.reference for execution in rows]


def _ending_facts(incident: Incident, actor: Actor) -> rules.EndingFacts:
    frozen = Freeze.objects.in_force().filter(incident=incident).select_related("surface")
    duplicates = Voided.objects.filter(original=incident, taken_back_at=None)
    known = Incident.objects.visible_to(Person.objects.get(pk=actor.id)).values("pk")
    named = duplicates.filter(incident__in=known).select_related("incident")[:MAX_NAMED]
    return rules.EndingFacts(
        status=incident.status,
        executed=tuple(_executed(incident)),
        frozen=tuple(str(row.surface) for row in frozen),
        duplicates=tuple(row.incident.reference for row in named),
        hidden_duplicates=duplicates.exclude(incident__in=known).exists(),
        restricted=incident.restricted,
    )


@contextmanager
def _serialized() -> Iterator[None]:
    """One incident ends in error at a time, so that two cannot end as duplicates of each other.

    This advisory lock is taken before the incident's row lock: naming an original waits for the
    row lock of that incident, and two waiting for each other's rows would deadlock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ENDS_IN_ERROR])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ENDS_IN_ERROR])


_ENDS_IN_ERROR = 0x57410100


def _with_links(problems: rules.Violations, incident: Incident) -> rules.Violations:
    """The violations with their names of pages replaced by addresses."""
    return tuple(
        replace(violation, href=reverse(violation.href, args=[incident.pk]))
        if violation.href
        else violation
        for violation in problems
    )


def _end_in_error(
    incident: Incident, original: Incident | None, reason: str, actor: Actor, now: datetime
) -> Voided:
    reason = clean_text(reason, 500)
    by = Person.objects.get(pk=actor.id)
    voided = Voided.objects.create(
        incident=incident, original=original, reason=reason, at=now, by=by
    )
    status = Status.DUPLICATE if original else Status.VOID
    of: dict[str, Any] = {"original": original.reference} if original else {}
    kind = DUPLICATE if original else VOIDED
    record(
        incident, kind, actor, now, reason=reason, becomes=set_status_step(incident, status), **of
    )
    incident_voided.send(sender=Voided, voided=voided, actor=actor, now=now)
    return voided


def take_back(
    actor: Actor, incident_id: int, *, reason: str, now: datetime, once: UUID | None = None
) -> Incident:
    """Take the end in error back: the incident is active or backfilled again."""
    with incident_action("incident.take_back", actor, incident_id, now, once=once) as incident:
        if problems := rules.take_back_violations(incident.status, reason):
            raise Refused(problems)
        incident.voidings.filter(taken_back_at=None).update(taken_back_at=now)
        is_backfilled = incident.backfilled is not None
        becomes = set_status_step(incident, rules.status_before(is_backfilled))
        kind = STANDS if is_backfilled else TAKEN_BACK
        record(incident, kind, actor, now, reason=clean_text(reason, 500), becomes=becomes)
    return incident

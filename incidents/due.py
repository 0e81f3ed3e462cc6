"""Reminders that are due, and those of checkpoints.

Nothing is scheduled ahead: a late tick finds what an earlier one should have found.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from incidents.actions import checkpoints
from incidents.actions.command_absence import ABSENT, announce_absence
from incidents.models import Assignment, Checkpoint, Claim, Person
from incidents.rules.checkpoint import MISSED_AFTER
from incidents.vocabulary import UNSETTLED, RoleName, Status

LEAD = timedelta(minutes=5)

MAX_ABSENCES = 50
"""Incidents that one tick tells of their absent commander."""

SOON, DUE, MISSED = ("checkpoint.soon", "checkpoint.due", "checkpoint.missed")


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder to write; ``kind``, ``subject`` and ``due_at`` are those of its claim.

    ``remind(now=…)`` writes it, unless it no longer applies.
    """

    kind: str
    subject: str
    due_at: datetime
    remind: Callable[..., object] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CheckpointDue(Due):
    """``due_at`` is the checkpoint's time, not the reminder's."""

    incident_id: int = field(compare=False)


def due(now: datetime) -> list[CheckpointDue]:
    """Reminders that are not written yet and need no waiting, oldest first. One query."""
    return [
        CheckpointDue(
            kind,
            str(checkpoint.pk),
            checkpoint.due_at,
            partial(checkpoints.remind, checkpoint.pk, kind),
            checkpoint.incident_id,
        )
        for checkpoint in rows(now)
        for kind in _kinds(checkpoint, now)
    ]


def rows(now: datetime) -> QuerySet[Checkpoint]:
    """The checkpoints with such reminders, each annotated with which of them are settled.

    A checkpoint that was scheduled less than five minutes ahead has no reminder "in 5 minutes". One
    with ``missed_at`` has had all its reminders; there may be many, so every tick leaves them out.
    """
    return (
        Checkpoint.objects.due_by(now + LEAD)
        .filter(incident__status=Status.ACTIVE, missed_at__isnull=True)
        .annotate(soon=_settled(SOON, now), due=_settled(DUE, now), missed=_settled(MISSED, now))
        .filter(
            Q(due_at__gt=now, scheduled_at__lt=F("due_at") - LEAD, soon=False)
            | Q(due_at__lte=now, due=False)
            | Q(due_at__lte=now - MISSED_AFTER, missed=False)
        )
        .only("due_at", "incident")
        .order_by("due_at", "pk")
    )


def absences(now: datetime) -> list[Due]:
    """Commanders of incidents in progress who can no longer act, and of whom nobody was told yet.

    One query. Looked for at each tick, since there are many ways to lose an account or a group.
    """
    assignments = Assignment.objects.current().filter(role=RoleName.COMMANDER)
    able = Person.objects.who_can_respond().order_by().filter(pk=OuterRef("person"))
    subject = Cast(OuterRef("pk"), CharField())
    claims = Claim.objects.filter(kind=ABSENT, subject=subject, due_at=OuterRef("since"))
    settled = claims.filter(Q(claimed_at__isnull=False) | Q(try_again_at__gt=now))
    rows = assignments.filter(~Exists(able), ~Exists(settled), incident__status__in=UNSETTLED)
    return [
        Due(ABSENT, str(row.pk), row.since, partial(announce_absence, row.pk))
        for row in rows.order_by("pk")[:MAX_ABSENCES]
    ]


def _settled(kind: str, now: datetime) -> Exists:
    """Whether its claim is done, or failed and waits before it is tried again."""
    subject = Cast(OuterRef("pk"), CharField())
    claims = Claim.objects.filter(kind=kind, subject=subject, due_at=OuterRef("due_at"))
    return Exists(claims.filter(Q(claimed_at__isnull=False) | Q(try_again_at__gt=now)))


def _kinds(checkpoint: Checkpoint, now: datetime) -> tuple[str, ...]:
    settled = {SOON: checkpoint.soon, DUE: checkpoint.due, MISSED: checkpoint.missed}  # type: ignore[attr-defined]
    come = (SOON,) if now < checkpoint.due_at else (DUE, MISSED)
    if now < checkpoint.due_at + MISSED_AFTER:
        come = come[:1]
    return tuple(kind for kind in come if not settled[kind])

"""What is due in communication: reminders of what readers wait for."""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from comms.actions import lapses
from comms.facts import promises as commitments
from comms.models import Escalation, Update
from comms.models.message import Message
from comms.rules.commitment import DUE, KINDS, LAPSED, LEAD, SOON, Promise, PromiseKind
from comms.vocabulary import Progress
from incidents.due import Due
from incidents.models import Claim, Incident
from incidents.vocabulary import UNSETTLED, Status


def promises(now: datetime) -> list[Due]:
    """Unwritten reminders, except those to retry later, oldest first. Three queries, one if none.

    Only the latest kind for each promise, so that people are reminded once after a long outage.
    """
    near = list(_near(now))
    if not near:
        return []
    due = [
        Due(
            kind,
            promise.subject,
            promise.due_at,
            partial(lapses.remind, incident, promise.subject, kind),
        )
        for incident, open_promises in commitments.of_many(near).items()
        for promise in open_promises
        if (kind := _kind(promise, now))
    ]
    settled = _settled(due, now) if due else set()
    waiting = [row for row in due if (row.kind, row.subject, row.due_at) not in settled]
    return sorted(waiting, key=lambda reminder: (reminder.due_at, reminder.subject))


def _near(now: datetime) -> QuerySet[Incident, int]:
    """The incidents in which something may be due: promised and not fulfilled by the same kind of
    message to the same readers, and no lapse recorded yet."""
    parts = (_updates(now), _escalations(now), _silent(now), _came_back(now))
    first, *others = (part.order_by().values_list("incident_key", flat=True) for part in parts)
    return first.union(*others).order_by()


def _lapsed(kind: PromiseKind, key: str, due_at: str) -> Exists:
    subject = Cast(OuterRef(key), CharField())
    if kind != PromiseKind.UPDATE:
        subject = Concat(Value(f"{kind}-"), subject)
    claims = Claim.objects.filter(kind=LAPSED, subject=subject, due_at=OuterRef(due_at))
    return Exists(claims.filter(claimed_at__isnull=False))


def _promised(model: type[Message], kind: PromiseKind, now: datetime) -> QuerySet[Message]:
    rows = model._default_manager.annotate(incident_key=F("incident_id"))
    near = Q(next_at__lte=now + LEAD, incident__status__in=UNSETTLED)
    return rows.filter(near, ~_lapsed(kind, "pk", "next_at"))


def _later_updates() -> QuerySet[Update]:
    return Update.objects.filter(
        incident=OuterRef("incident"), audience=OuterRef("audience"), number__gt=OuterRef("number")
    )


def _updates(now: datetime) -> QuerySet[Message]:
    return _promised(Update, PromiseKind.UPDATE, now).filter(~Exists(_later_updates()))


def _escalations(now: datetime) -> QuerySet[Message]:
    later = Escalation.objects.filter(incident=OuterRef("incident"), number__gt=OuterRef("number"))
    return _promised(Escalation, PromiseKind.ESCALATION, now).filter(~Exists(later))


def _came_back(now: datetime) -> QuerySet[Update]:
    """Recoveries that were published before their incident was opened again."""
    rows = Update.objects.filter(incident__status=Status.ACTIVE, progress=Progress.RECOVERED)
    rows = rows.annotate(incident_key=F("incident_id"), back_at=commitments.reopened_since())
    lapsed = _lapsed(PromiseKind.CAME_BACK, "pk", "back_at")
    return rows.filter(~Exists(_later_updates()), ~lapsed, back_at__lte=now)


def _silent(now: datetime) -> QuerySet[Incident]:
    """Active incidents whose first update is due soon."""
    within = [
        When(severity=severity, then=Value(limit))
        for severity, limit in settings.FIRST_UPDATE_WITHIN.items()
    ]
    rows = Incident.objects.in_progress().filter(updates__isnull=True)
    rows = rows.filter(severity__in=settings.FIRST_UPDATE_WITHIN).annotate(
        incident_key=F("pk"),
        due_at=ExpressionWrapper(
            commitments.severe_since() + Case(*within, output_field=DurationField()),
            output_field=DateTimeField(),
        ),
    )
    lapsed = _lapsed(PromiseKind.FIRST, "pk", "due_at")
    return rows.filter(~lapsed, due_at__lte=now + LEAD)


def _kind(promise: Promise, now: datetime) -> str:
    if promise.is_lapsed(now):
        return LAPSED
    if promise.is_overdue(now):
        return DUE
    return SOON if promise.needs_reminding(now) else ""


def _settled(due: list[Due], now: datetime) -> set[tuple[str, str, datetime]]:
    """Claims that are done, or that failed and are retried later."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={reminder.subject for reminder in due},
    )
    return set(claims.values_list("kind", "subject", "due_at"))

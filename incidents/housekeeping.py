"""Postponing failed work, and deleting old rows. No incident changes, so nothing is recorded."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from incidents.models import Claim, Submission

MIN_WAIT = timedelta(seconds=5)
MAX_WAIT = timedelta(minutes=5)
SUBMISSIONS_RETENTION = timedelta(days=7)
SUBMISSIONS_BATCH_SIZE = 1000
"""A tick has a second for all that it does; after a long rest there may be a week's worth."""
SESSIONS_BATCH_SIZE = 50
"""Deleting a session takes its data along and disconnects the browsers that still use it."""


def postpone(kind: str, subject: str, due_at: datetime, error: Exception, now: datetime) -> None:
    """Record that due work failed, and when to try it again.

    It waits as long as it is late already, so the delay doubles with each failure. Work that
    somebody else has done meanwhile stays done.
    """
    wait = min(max(now - due_at, MIN_WAIT), MAX_WAIT)
    columns = {"error": f"{type(error).__name__}: {error}", "try_again_at": now + wait}
    with transaction.atomic():
        row, created = Claim.objects.get_or_create(
            kind=kind, subject=subject, due_at=due_at, defaults=columns
        )
        if not created:
            Claim.objects.filter(pk=row.pk, claimed_at__isnull=True).update(**columns)


def delete_old_submissions(now: datetime) -> None:
    """Delete the keys of forms sent more than a week ago, a batch at each tick: nobody sends them a
    second time now."""
    old = Submission.objects.filter(at__lt=now - SUBMISSIONS_RETENTION).values_list("pk", flat=True)
    Submission.objects.filter(pk__in=list(old[:SUBMISSIONS_BATCH_SIZE])).delete()


def delete_expired_sessions(now: datetime) -> None:
    """Delete expired sessions, a batch at each tick."""
    over = Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)
    Session.objects.filter(pk__in=list(over[:SESSIONS_BATCH_SIZE])).delete()

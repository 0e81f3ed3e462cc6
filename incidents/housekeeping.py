"""What keeps the machinery tidy. Nothing here changes an incident, so nothing is recorded."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from incidents.models import Claim, Submission

SHORTEST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
SUBMISSIONS_KEPT = timedelta(days=7)
SESSIONS_AT_ONCE = 50
"""Each goes with all that was kept in it, and whoever still watches with it is told."""


def put_off(kind: str, subject: str, due_at: datetime, error: Exception, now: datetime) -> None:
    """Note that due work failed, and when to try it again.

    It waits as long again as it is late already, so each wait doubles the delay. Work that somebody
    else has done meanwhile stays done.
    """
    wait = min(max(now - due_at, SHORTEST_WAIT), LONGEST_WAIT)
    words = {"error": f"{type(error).__name__}: {error}", "try_again_at": now + wait}
    with transaction.atomic():
        row, created = Claim.objects.get_or_create(
            kind=kind, subject=subject, due_at=due_at, defaults=words
        )
        if not created:
            Claim.objects.filter(pk=row.pk, claimed_at__isnull=True).update(**words)


def forget_submissions(now: datetime) -> None:
    """Drop the keys of forms sent more than a week ago: nobody presses that button twice now."""
    Submission.objects.filter(at__lt=now - SUBMISSIONS_KEPT).delete()


def forget_sessions(now: datetime) -> None:
    """Drop sessions that are over, some at each tick."""
    over = Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)
    Session.objects.filter(pk__in=list(over[:SESSIONS_AT_ONCE])).delete()

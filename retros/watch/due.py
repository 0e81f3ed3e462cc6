"""What has come due in watches: check-ins, missed check-ins, and watches that end."""

from datetime import datetime
from functools import partial

from django.db.models import Q

from incidents.due import Due
from incidents.models import Claim, Incident
from retros.models import CheckIn
from retros.watch import actions
from retros.watch.actions import DUE_KIND, MISSED_KIND
from retros.watch.rules import CHECK_IN_GRACE

KINDS = (DUE_KIND, MISSED_KIND)


def check_ins(now: datetime) -> list[Due]:
    """Two queries. One reminder for each check-in, so that after a long stop people get one."""
    rows = CheckIn.objects.filter(due_at__lte=now, answered_at=None, closing__ended_at=None)
    due = [
        _missed(row) if now >= row.due_at + CHECK_IN_GRACE else _due(row)
        for row in rows.filter(missed_at=None).order_by("due_at", "pk")
    ]
    settled = _settled(due, now) if due else set()
    return [
        check_in
        for check_in in due
        if (check_in.kind, check_in.subject, check_in.due_at) not in settled
    ]


def _due(row: CheckIn) -> Due:
    return Due(DUE_KIND, str(row.pk), row.due_at, partial(actions.remind, row.pk, DUE_KIND))


def _missed(row: CheckIn) -> Due:
    remind = partial(actions.remind, row.pk, MISSED_KIND)
    return Due(MISSED_KIND, str(row.pk), row.due_at + CHECK_IN_GRACE, remind)


def _settled(due: list[Due], now: datetime) -> set[tuple[str, str, datetime]]:
    """Reminders that were sent, or failed and wait for their next try."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={check_in.subject for check_in in due},
    )
    return set(claims.values_list("kind", "subject", "due_at"))


def watches(now: datetime) -> list[int]:
    """The incidents whose 24 h are over."""
    rows = Incident.objects.filter(closings__ended_at=None, closings__watch_until__lte=now)
    return list(rows.order_by("pk").values_list("pk", flat=True))

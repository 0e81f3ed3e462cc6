"""What has come due in watches: check-ins, missed check-ins, and watches that end."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from incidents.models import Claim, Incident
from retros.models import CheckIn
from retros.watch.actions import DUE_KIND, MISSED_KIND
from retros.watch.rules import CHECK_IN_GRACE

KINDS = (DUE_KIND, MISSED_KIND)


@dataclass(frozen=True, slots=True)
class DueCheckIn:
    """A check-in that is due, or was missed, and of which nobody was reminded yet."""

    kind: str
    check_in_id: int
    due_at: datetime

    @property
    def subject(self) -> str:
        """What its claim is filed under."""
        return str(self.check_in_id)


def check_ins(now: datetime) -> list[DueCheckIn]:
    """Two queries. One reminder for each check-in, so that after a long stop people get one."""
    rows = CheckIn.objects.filter(due_at__lte=now, answered_at=None, closing__ended_at=None)
    due = [
        DueCheckIn(MISSED_KIND, row.pk, row.due_at + CHECK_IN_GRACE)
        if now >= row.due_at + CHECK_IN_GRACE
        else DueCheckIn(DUE_KIND, row.pk, row.due_at)
        for row in rows.filter(missed_at=None).order_by("due_at", "pk")
    ]
    settled = _settled(due, now) if due else set()
    return [
        check_in
        for check_in in due
        if (check_in.kind, check_in.subject, check_in.due_at) not in settled
    ]


def _settled(due: list[DueCheckIn], now: datetime) -> set[tuple[str, str, datetime]]:
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

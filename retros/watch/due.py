"""What has come due of the watches: check-ins to ask for, missed ones, and watches that end."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from incidents.models import Claim, Incident
from retros.models import CheckIn
from retros.watch.actions import ASKED, MISSED
from retros.watch.rules import GRACE

KINDS = (ASKED, MISSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A check-in whose question (or whose miss) nobody has told of yet."""

    kind: str
    check_in_id: int
    due_at: datetime

    @property
    def subject(self) -> str:
        """What its claim is filed under."""
        return str(self.check_in_id)


def check_ins(now: datetime) -> list[Asked]:
    """Two queries. Of each check-in only the last: after a long stop people are told once."""
    rows = CheckIn.objects.filter(due_at__lte=now, answered_at=None, closing__ended_at=None)
    found = [
        Asked(MISSED, row.pk, row.due_at + GRACE)
        if now >= row.due_at + GRACE
        else Asked(ASKED, row.pk, row.due_at)
        for row in rows.filter(missed_at=None).order_by("due_at", "pk")
    ]
    settled = _settled(found, now) if found else set()
    return [one for one in found if (one.kind, one.subject, one.due_at) not in settled]


def _settled(found: list[Asked], now: datetime) -> set[tuple[str, str, datetime]]:
    """Claims that are done, or that failed and are not to be tried yet."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={one.subject for one in found},
    )
    return set(claims.values_list("kind", "subject", "due_at"))


def watches(now: datetime) -> list[int]:
    """The incidents whose 24 h are over."""
    rows = Incident.objects.filter(closings__ended_at=None, closings__watch_until__lte=now)
    return list(rows.order_by("pk").values_list("pk", flat=True))

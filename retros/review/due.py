"""What has come due of the reviews and retros: those whose commander is to be reminded."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from incidents.models import Claim
from retros.models import LookBack
from retros.review.rules import KINDS, LATE_KIND, LEAD, reminder

_LAST = [kind for kind in KINDS if kind.endswith(LATE_KIND)]


@dataclass(frozen=True, slots=True)
class Owed:
    """One reminder to write. ``due_at`` is its own time, by which it is claimed."""

    kind: str
    look_id: int
    due_at: datetime

    @property
    def subject(self) -> str:
        """What its claim is filed under."""
        return str(self.look_id)


def looks(now: datetime) -> list[Owed]:
    """Reminders that nobody has written and that wait for no other try, oldest first. Two queries.

    Not read are those of which the last was written: there may be many, and each tick asks.
    """
    subject = Cast(OuterRef("pk"), CharField())
    over = Claim.objects.filter(kind__in=_LAST, subject=subject, claimed_at__isnull=False)
    rows = LookBack.objects.owed().filter(due_at__lte=now + max(LEAD.values()))
    found = [
        Owed(owed[0], look.pk, owed[1])
        for look in rows.exclude(Exists(over)).only("kind", "due_at").order_by("due_at", "pk")
        if (owed := reminder(look.kind, look.due_at, now))
    ]
    settled = _settled(found, now) if found else set()
    return [one for one in found if (one.kind, one.subject, one.due_at) not in settled]


def _settled(found: list[Owed], now: datetime) -> set[tuple[str, str, datetime]]:
    """Claims that are done, or that failed and are not to be tried yet."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={one.subject for one in found},
    )
    return set(claims.values_list("kind", "subject", "due_at"))

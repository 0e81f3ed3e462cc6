"""What has come due in incidents at a moment: the reminders of checkpoints.

Nothing is scheduled ahead: a late tick finds what an earlier one should have found.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from incidents.models import Checkpoint, Claim
from incidents.vocabulary import Status

LEAD = timedelta(minutes=5)
GRACE = timedelta(minutes=5)

SOON, DUE, MISSED = KINDS = ("checkpoint.soon", "checkpoint.due", "checkpoint.missed")


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder to write. ``due_at`` is the checkpoint's time, not the reminder's."""

    kind: str
    checkpoint_id: int
    due_at: datetime

    @property
    def subject(self) -> str:
        """What its claim is filed under."""
        return str(self.checkpoint_id)


def due(now: datetime) -> list[Due]:
    """Reminders that nobody has written and that wait for no other try, oldest first. Two queries.

    A checkpoint that was scheduled less than five minutes ahead has no "in 5 minutes".
    """
    found = [
        Due(kind, checkpoint.pk, checkpoint.due_at)
        for checkpoint in _near(now)
        for kind in _kinds(checkpoint, now)
    ]
    settled = _settled(found, now) if found else set()
    return [one for one in found if (one.kind, one.subject, one.due_at) not in settled]


def _near(now: datetime) -> list[Checkpoint]:
    return list(
        Checkpoint.objects.due_by(now + LEAD)
        .filter(incident__status=Status.ACTIVE)
        .filter(Q(due_at__lte=now) | Q(scheduled_at__lt=F("due_at") - LEAD))
        .only("due_at")
        .order_by("due_at", "pk")
    )


def _kinds(checkpoint: Checkpoint, now: datetime) -> tuple[str, ...]:
    if now < checkpoint.due_at:
        return (SOON,)
    return (DUE, MISSED) if now >= checkpoint.due_at + GRACE else (DUE,)


def _settled(found: list[Due], now: datetime) -> set[tuple[str, str, datetime]]:
    """Claims that are done, or that failed and are not to be tried yet."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={one.subject for one in found},
    )
    return set(claims.values_list("kind", "subject", "due_at"))

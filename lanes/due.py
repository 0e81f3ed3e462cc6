"""What has come due in lanes at a moment: offers that nobody has answered."""

from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, OuterRef, Q
from django.db.models.functions import Cast

from incidents.models import Claim
from incidents.vocabulary import RoleName, Status
from lanes.models import Handoff

WAITING = "handoff.waiting"
PATIENCE = timedelta(minutes=5)
"""How long an offer may wait before everybody concerned is reminded."""


def answer_due(handoff: Handoff) -> datetime:
    return handoff.offered_at + PATIENCE


def due(now: datetime) -> list[Handoff]:
    """Offers to remind of that nobody has reminded of and that wait for no other try. One query."""
    settled = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind=WAITING,
        subject=OuterRef("key"),
        due_at=OuterRef("answer_by"),
    )
    of_watch = Q(role=RoleName.WATCH_OWNER)
    passed_on = (of_watch & Q(incident__status=Status.WATCHING)) | (
        ~of_watch & Q(incident__status=Status.ACTIVE)
    )
    late = Handoff.objects.open().filter(passed_on, offered_at__lte=now - PATIENCE)
    named = late.annotate(key=Cast("pk", CharField()), answer_by=F("offered_at") + PATIENCE)
    return list(named.filter(~Exists(settled)).order_by("offered_at", "pk"))

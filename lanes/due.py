"""What is due in lanes at a given time: offers that nobody has answered."""

from datetime import datetime
from functools import partial

from django.db.models import CharField, Exists, F, OuterRef, Q
from django.db.models.functions import Cast

from incidents.due import Due
from incidents.models import Claim
from incidents.vocabulary import RoleName, Status
from lanes.facts.handoffs import ANSWER_TIMEOUT, WAITING, answer_due
from lanes.handoff import actions
from lanes.models import Handoff


def due(now: datetime) -> list[Due]:
    """Unanswered offers without a reminder, except those to retry later. One query."""
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
    late = Handoff.objects.open().filter(passed_on, offered_at__lte=now - ANSWER_TIMEOUT)
    named = late.annotate(key=Cast("pk", CharField()), answer_by=F("offered_at") + ANSWER_TIMEOUT)
    return [
        Due(WAITING, str(row.pk), answer_due(row), partial(actions.remind, row.pk))
        for row in named.filter(~Exists(settled)).order_by("offered_at", "pk")
    ]

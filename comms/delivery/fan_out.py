"""Who is told of what was published: owed in the transaction of the publishing, written after it.

The publishing itself writes one row, however many follow. A worker writes their deliveries; each
recipient is owed each message once, whoever writes it twice.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from comms.delivery import enqueue
from comms.models import (
    Announcement,
    Delivery,
    Escalation,
    LeadershipNote,
    MaintenanceUpdate,
    Subscriber,
    Update,
)
from comms.models.delivery import MESSAGES
from comms.vocabulary import Audience

type Published = Update | Escalation | LeadershipNote | MaintenanceUpdate

AT_ONCE = 1000

_COLUMN = {
    Update: "update",
    Escalation: "escalation",
    LeadershipNote: "leadership_note",
    MaintenanceUpdate: "maintenance_update",
}


def announce(message: Published, now: datetime) -> None:
    """A step: everybody who follows it is owed it, once."""
    Announcement.objects.create(**{_COLUMN[type(message)]: message}, at=now)
    transaction.on_commit(enqueue.deliver)


def fill(now: datetime) -> None:
    """Write the deliveries of what was announced. Two who do so at once write each once."""
    while _fill_one(now):
        pass


def _fill_one(now: datetime) -> bool:
    with transaction.atomic(durable=True):
        one = (
            Announcement.objects.filter(filled_at__isnull=True)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("at", "pk")
            .first()
        )
        if one is None:
            return False
        column = next(name for name in MESSAGES if getattr(one, f"{name}_id") is not None)
        message = getattr(one, column)
        Delivery.objects.bulk_create(
            (
                Delivery(subscriber_id=pk, channel=kind, next_try_at=now, **{column: message})
                for pk, kind in followers(message, one.at).values_list("pk", "kind").iterator()
            ),
            batch_size=AT_ONCE,
            ignore_conflicts=True,
        )
        one.filled_at = now
        one.save(update_fields=["filled_at"])
    return True


def followers(message: Published, at: datetime) -> QuerySet[Subscriber]:
    """Who followed when it was published, and may read it."""
    rows = Subscriber.objects.following(at)
    if isinstance(message, Escalation | LeadershipNote):
        if message.incident.restricted:
            return rows.none()
        return rows.filter(escalations=True, audience=Audience.INTERNAL)
    touched: Iterable[int]
    if isinstance(message, Update):
        if message.incident.restricted or message.audience == Audience.PARTICIPANTS:
            return rows.none()
        audience, touched = message.audience, _touched(message)
    else:
        window = message.maintenance
        audience, touched = window.audience, window.surfaces.values_list("pk", flat=True)
    if audience == Audience.INTERNAL:
        rows = rows.filter(audience=Audience.INTERNAL)
    of_some = Subscriber.objects.filter(surfaces__in=list(touched)).values("pk")
    return rows.filter(Q(surfaces__isnull=True) | Q(pk__in=of_some)).distinct()


def _touched(update: Update) -> Iterable[int]:
    """The surfaces of this update, and of those before it that reach the same readers.

    Who was told that something broke is told that it works again.
    """
    told = Update.objects.filter(incident=update.incident, number__lte=update.number)
    if update.audience == Audience.PUBLIC:
        told = told.filter(audience=Audience.PUBLIC)
    return told.values_list("surface_states__surface_id", flat=True).distinct()

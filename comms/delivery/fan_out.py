"""From a published message to the deliveries of its followers.

Publishing writes a single row in its transaction, for any number of followers. A worker then writes
their deliveries; unique constraints keep each recipient from getting a message twice.
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

BATCH_SIZE = 1000

_COLUMN = {
    Update: "update",
    Escalation: "escalation",
    LeadershipNote: "leadership_note",
    MaintenanceUpdate: "maintenance_update",
}


def announce_step(message: Published, now: datetime) -> None:
    """Queue a message for all its followers, once."""
    Announcement.objects.create(**{_COLUMN[type(message)]: message}, at=now)
    transaction.on_commit(enqueue.deliver)


def fill(now: datetime) -> None:
    """Write the deliveries of announced messages. Safe to run concurrently."""
    while _fill_next(now):
        pass


def _fill_next(now: datetime) -> bool:
    with transaction.atomic(durable=True):
        announcement = (
            Announcement.objects.filter(filled_at__isnull=True)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("at", "pk")
            .first()
        )
        if announcement is None:
            return False
        column = next(name for name in MESSAGES if getattr(announcement, f"{name}_id") is not None)
        message = getattr(announcement, column)
        Delivery.objects.bulk_create(
            (
                Delivery(subscriber_id=pk, channel=kind, next_try_at=now, **{column: message})
                for pk, kind in followers(message, announcement.at)
                .values_list("pk", "kind")
                .iterator()
            ),
            batch_size=BATCH_SIZE,
            ignore_conflicts=True,
        )
        announcement.filled_at = now
        announcement.save(update_fields=["filled_at"])
    return True


def followers(message: Published, at: datetime) -> QuerySet[Subscriber]:
    """The subscribers who followed when it was published, and may read it."""
    rows = Subscriber.objects.following(at)
    if isinstance(message, Escalation | LeadershipNote):
        if message.incident.restricted:
            return rows.none()
        return rows.filter(escalations=True, audience=Audience.INTERNAL)
    touched: Iterable[int]
    if isinstance(message, Update):
        is_hidden = message.incident.restricted and not message.ends_reporting
        if is_hidden or message.audience == Audience.PARTICIPANTS:
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
    """The surfaces of this update, and of earlier ones that reached the same readers.

    So whoever was told that something broke is also told that it works again.
    """
    updates = Update.objects.filter(incident=update.incident, number__lte=update.number)
    if update.audience == Audience.PUBLIC:
        updates = updates.filter(audience=Audience.PUBLIC)
    return updates.values_list("surface_states__surface_id", flat=True).distinct()

"""Deliveries of messages and notices. A delivery is stored before it is tried."""

from django.db import models
from django.db.models import Q

from comms.vocabulary import SubscriberKind

MESSAGES = ("update", "escalation", "leadership_note", "maintenance_update")
"""The kinds of message; a delivery without any is the mail that asks to confirm."""


def _mutually_exclusive(names: tuple[str, ...]) -> Q:
    """At most one of these columns is filled."""
    empty = [Q(**{f"{name}__isnull": True}) for name in names]
    allowed = Q()
    for filled in range(len(names)):
        others = Q()
        for place, condition in enumerate(empty):
            if place != filled:
                others &= condition
        allowed |= others
    return allowed


class Announcement(models.Model):
    """A message for its followers. A worker writes the deliveries and sets ``filled_at``."""

    update = models.OneToOneField("comms.Update", null=True, on_delete=models.PROTECT)
    escalation = models.OneToOneField("comms.Escalation", null=True, on_delete=models.PROTECT)
    leadership_note = models.OneToOneField(
        "comms.LeadershipNote", null=True, on_delete=models.PROTECT
    )
    maintenance_update = models.OneToOneField(
        "comms.MaintenanceUpdate", null=True, on_delete=models.PROTECT
    )
    at = models.DateTimeField()
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="announcement_of_one", condition=_mutually_exclusive(MESSAGES)
            )
        ]
        indexes = [
            models.Index(
                name="announcement_open", fields=["at"], condition=Q(filled_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"announcement {self.pk}"


class Delivery(models.Model):
    """One notice on its way to one person, or one message on its way to one subscriber; or the
    test that a person asked for on their own settings page.

    If a sender dies before the handover, another one tries again; after the handover nobody does,
    since the message may have arrived. While it is sent, ``next_try_at`` is when it was claimed.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        HANDED = "handed", "Handed over"
        SENT = "sent", "Sent"
        UNSURE = "unsure", "Handed over, answer not heard"
        DEAD = "dead", "Given up"

    channel = models.CharField(max_length=8, choices=SubscriberKind, default=SubscriberKind.EMAIL)
    notice = models.ForeignKey(
        "incidents.Notice", null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    tested_by = models.ForeignKey(
        "incidents.Person", null=True, on_delete=models.CASCADE, related_name="+"
    )
    subscriber = models.ForeignKey(
        "comms.Subscriber", null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    update = models.ForeignKey(
        "comms.Update", null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    escalation = models.ForeignKey(
        "comms.Escalation", null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    leadership_note = models.ForeignKey(
        "comms.LeadershipNote", null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    maintenance_update = models.ForeignKey(
        "comms.MaintenanceUpdate", null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                name="delivery_to_one",
                condition=Q(notice__isnull=False, subscriber__isnull=True, tested_by__isnull=True)
                | Q(notice__isnull=True, subscriber__isnull=False, tested_by__isnull=True)
                | Q(notice__isnull=True, subscriber__isnull=True, tested_by__isnull=False),
            ),
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_notice_once"),
            models.UniqueConstraint(fields=["tested_by", "channel"], name="delivery_test_once"),
            models.CheckConstraint(name="delivery_of_one", condition=_mutually_exclusive(MESSAGES)),
            *(
                models.UniqueConstraint(fields=["subscriber", name], name=f"delivery_{name}_once")
                for name in MESSAGES
            ),
            models.UniqueConstraint(
                fields=["subscriber"],
                condition=Q(**{f"{name}__isnull": True for name in MESSAGES}),
                name="delivery_confirmation_once",
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_waiting",
                fields=["channel", "state", "next_try_at"],
                condition=Q(state__in=["waiting", "sending", "handed"]),
            ),
            models.Index(
                name="delivery_dead",
                fields=["channel"],
                condition=Q(state="dead", tested_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice or self.subscriber or self.tested_by} ({self.state})"

    @property
    def message(self) -> models.Model | None:
        """The message to a subscriber; None for the mail that asks to confirm."""
        messages = (getattr(self, name) for name in MESSAGES)
        return next((message for message in messages if message is not None), None)

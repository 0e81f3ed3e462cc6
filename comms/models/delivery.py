"""What others are told. A delivery is written before it is tried."""

from django.db import models


class Delivery(models.Model):
    """One notice on its way to one person's mailbox.

    ``next_try_at`` of one that is being sent is when its sender counts as dead.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DEAD = "dead", "Given up"

    notice = models.OneToOneField(
        "incidents.Notice", on_delete=models.CASCADE, related_name="delivery"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                name="delivery_waiting",
                fields=["state", "next_try_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice} ({self.state})"

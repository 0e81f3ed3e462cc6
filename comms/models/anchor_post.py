"""Anchors of the record on their way to ``RECORD_ANCHORS_URL``."""

from datetime import datetime

from django.db import models
from django.db.models import Q


class AnchorPostQuerySet(models.QuerySet["AnchorPost"]):
    def due(self, now: datetime) -> "AnchorPostQuerySet":
        return self.filter(next_try_at__lte=now).order_by("next_try_at", "pk")


class AnchorPost(models.Model):
    """One anchor, posted until the address takes it; without ``next_try_at`` it is over."""

    text = models.TextField()
    made_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = AnchorPostQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="anchor_sent_is_over", condition=Q(sent_at=None) | Q(next_try_at=None)
            )
        ]
        indexes = [
            models.Index(
                name="anchor_post_due",
                fields=["next_try_at"],
                condition=Q(next_try_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Anchor of {self.made_at}"

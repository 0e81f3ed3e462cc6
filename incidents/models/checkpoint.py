from datetime import datetime

import pgtrigger
from django.db import models
from django.urls import reverse

from incidents.models.protection import no_truncate


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    def open(self) -> "CheckpointQuerySet":
        return self.filter(decided_at__isnull=True, lifted_at__isnull=True)

    def due_by(self, moment: datetime) -> "CheckpointQuerySet":
        return self.open().filter(due_at__lte=moment)


class Checkpoint(models.Model):
    """A decision point with a due time (CP-1, CP-2 …).

    It ends with one decision, or because the last one stands. It is lifted when it is moved or
    cancelled, with a reason, and when its incident is closed first.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="checkpoints"
    )
    number = models.PositiveIntegerField()
    purpose = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    scheduled_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.CharField(
        max_length=300, blank=True, help_text="Empty when closing lifted it."
    )

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="checkpoint_number_once"),
            models.CheckConstraint(
                name="checkpoint_due_after_scheduling",
                condition=models.Q(due_at__gt=models.F("scheduled_at")),
            ),
            models.CheckConstraint(
                name="checkpoint_decided_or_lifted",
                condition=models.Q(decided_at__isnull=True) | models.Q(lifted_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="checkpoint_open_due",
                fields=["due_at"],
                condition=models.Q(decided_at__isnull=True, lifted_at__isnull=True),
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="checkpoint_as_scheduled",
                fields=["incident", "number", "due_at", "scheduled_at"],
            ),
            pgtrigger.Protect(name="checkpoint_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} of {self.incident.reference}"

    @property
    def reference(self) -> str:
        return f"CP-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.decided_at is None and self.lifted_at is None

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.due_at <= now

    def get_absolute_url(self) -> str:
        return reverse("decide", args=[self.incident_id, self.number])

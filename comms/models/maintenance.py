from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from comms.models.public_code import public_code
from comms.vocabulary import Audience, MaintenanceState
from incidents.models.protection import append_only


class Maintenance(models.Model):
    """A window of planned work. Its state is derived from its times.

    ``began_at`` and ``ended_at`` are when it truly began and ended, set with the note that says so:
    by a person, or by the tick at the planned time. ``sequence`` counts its changes, for calendars.
    """

    code = models.CharField(max_length=12, unique=True, default=public_code, editable=False)
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=2000)
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.PUBLIC)
    surfaces = models.ManyToManyField("incidents.Surface", related_name="maintenances", blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    public_names = models.JSONField(null=True, blank=True)
    """What readers were told that its surfaces are called, by primary key as text."""

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name_plural = "maintenance windows"
        constraints = [
            models.CheckConstraint(
                name="maintenance_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="maintenance_says_something", condition=~Q(title="") & ~Q(text="")
            ),
            models.CheckConstraint(
                name="maintenance_ended_or_cancelled",
                condition=Q(ended_at__isnull=True) | Q(cancelled_at__isnull=True),
            ),
        ]
        indexes = [models.Index(name="maintenance_ends", fields=["ends_at"])]

    def __str__(self) -> str:
        return self.title

    @property
    def begins(self) -> datetime:
        return self.began_at or self.starts_at

    @property
    def ends(self) -> datetime:
        return self.ended_at or self.ends_at

    def state(self, now: datetime) -> MaintenanceState:
        if self.cancelled_at:
            return MaintenanceState.CANCELLED
        if self.ended_at or self.ends_at <= now:
            return MaintenanceState.DONE
        if self.began_at or self.starts_at <= now:
            return MaintenanceState.IN_PROGRESS
        return MaintenanceState.PLANNED

    def get_absolute_url(self) -> str:
        return reverse("maintenance", args=[self.pk])


class MaintenanceUpdate(models.Model):
    """What was said of a window when: its planning, its changes, its end. Written once."""

    maintenance = models.ForeignKey(Maintenance, on_delete=models.PROTECT, related_name="updates")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=12, unique=True, default=public_code, editable=False)
    state = models.CharField(max_length=11, choices=MaintenanceState)
    title = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001
    """Of the window at that time."""
    text = models.TextField(max_length=2000)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["maintenance", "number"], name="maintenance_update_number_once"
            )
        ]
        triggers = append_only("maintenance_update_stays")

    def __str__(self) -> str:
        return f"{self.maintenance} {self.number}"

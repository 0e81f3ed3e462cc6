from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse

from comms.vocabulary import Audience, SubscriberKind


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def following(self, at: datetime | None = None) -> "SubscriberQuerySet":
        """Who confirmed and has not left (or had not, at ``at``)."""
        if at is None:
            return self.filter(confirmed_at__isnull=False, left_at__isnull=True)
        return self.filter(confirmed_at__lte=at).exclude(left_at__lte=at)


class Subscriber(models.Model):
    """An address that asked for updates, of some surfaces or (with none named) of all.

    ``address`` may carry a secret (a webhook's path, an Apprise address): it is shown masked.
    ``secret`` signs what a webhook is sent. ``failures`` counts how often in a row the address
    could not be reached; until ``paused_until`` it is left alone.
    """

    kind = models.CharField(max_length=8, choices=SubscriberKind)
    address = models.CharField(max_length=500)
    name = models.CharField(max_length=80, blank=True, help_text="What it is called in lists")
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.PUBLIC)
    escalations = models.BooleanField(
        "also internal escalations and leadership notes", default=False
    )
    person = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    surfaces = models.ManyToManyField("incidents.Surface", related_name="subscribers", blank=True)
    secret = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    paused_until = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address", "audience"],
                condition=Q(left_at__isnull=True),
                name="subscriber_once",
            ),
            models.CheckConstraint(name="subscriber_has_address", condition=~Q(address="")),
            models.CheckConstraint(
                name="subscriber_kind_known", condition=Q(kind__in=SubscriberKind.values)
            ),
        ]
        indexes = [
            models.Index(
                name="subscriber_following",
                fields=["audience", "id"],
                condition=Q(confirmed_at__isnull=False, left_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} subscriber {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("subscriber", args=[self.pk])

    @property
    def state(self) -> str:
        if self.left_at:
            return "Left"
        return "Follows" if self.confirmed_at else "Has not confirmed"

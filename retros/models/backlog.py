"""The table of the hardening backlog: work that an incident leaves, and that outlives it."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from incidents.models import Incident, Person
from incidents.models.protection import no_truncate
from retros.vocabulary import OPEN_STATES, TRACKER, BacklogState


class BacklogItemQuerySet(models.QuerySet["BacklogItem"]):
    def open(self) -> "BacklogItemQuerySet":
        """Items neither done nor dropped."""
        return self.filter(state__in=OPEN_STATES)

    def overdue(self, on: date) -> "BacklogItemQuerySet":
        """Open ones whose day has passed."""
        return self.open().filter(due_on__lt=on)

    def visible_to(self, person: Person) -> "BacklogItemQuerySet":
        """Those of incidents whose room the person may enter."""
        return self.filter(incident__in=Incident.objects.visible_to(person))

    def by_urgency(self) -> "BacklogItemQuerySet":
        """Open items by due date, those without one last; then ended items, the latest first."""
        over = models.F("closed_at").desc(nulls_first=True)
        return self.order_by(over, models.F("due_on").asc(nulls_last=True), "pk")


class BacklogItem(models.Model):
    """A piece of hardening work, a guardrail. Its primary key is its number: ``HARD-118`` has 118.

    ``due_on`` is a day in UTC. ``reason`` says why one was dropped.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="backlog"
    )
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True, max_length=2000)
    owner = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    tracker = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=7, choices=BacklogState, default=BacklogState.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")

    objects = BacklogItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="backlog_item_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="backlog_item_ended_as_it_says",
                condition=Q(state__in=OPEN_STATES, closed_at__isnull=True, reason="")
                | Q(state=BacklogState.DONE, closed_at__isnull=False, reason="")
                | (Q(state=BacklogState.DROPPED, closed_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="backlog_item_tracker_is_a_link",
                condition=Q(tracker="") | Q(tracker__regex=TRACKER),
            ),
        ]
        indexes = [
            models.Index(
                name="backlog_item_due", fields=["due_on"], condition=Q(state__in=OPEN_STATES)
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="backlog_item_as_noted",
                fields=["id", "incident", "detail", "created_at", "created_by"],
            ),
            pgtrigger.Protect(name="backlog_item_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        return f"HARD-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def is_overdue(self, on: date) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < on

    def get_absolute_url(self) -> str:
        return reverse("backlog-item", args=[self.incident_id, self.pk])

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from incidents.models.author import Authored
from incidents.models.protection import append_only, no_truncate
from incidents.vocabulary import LaneKind


class UnknownQuerySet(models.QuerySet["Unknown"]):
    def open(self, until: datetime | None = None) -> "UnknownQuerySet":
        """Those that are open, or were at ``until``."""
        if until is None:
            return self.filter(resolved_at__isnull=True)
        return self.filter(raised_at__lte=until).exclude(resolved_at__lte=until)

    def resolved(self, until: datetime | None = None) -> "UnknownQuerySet":
        if until is None:
            return self.filter(resolved_at__isnull=False)
        return self.filter(resolved_at__lte=until)


class Unknown(Authored):
    """What a lane does not know yet, U-1, U-2 …, until something resolves it."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="unknowns"
    )
    number = models.PositiveIntegerField()
    lane = models.CharField(max_length=13, choices=LaneKind)
    text = models.CharField(max_length=500)
    raised_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.CharField(max_length=500, blank=True)
    evidence = models.ManyToManyField("incidents.Evidence", related_name="answers")

    objects = UnknownQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="unknown_number_once"),
            models.CheckConstraint(name="unknown_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="unknown_resolved_in_words",
                condition=Q(resolved_at__isnull=True, resolution="")
                | (Q(resolved_at__isnull=False) & ~Q(resolution="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="unknown_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="unknown_words_stay",
                exclude=["resolved_at", "resolved_by", "resolution"],
            ),
            pgtrigger.Protect(
                name="unknown_resolved_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__resolved_at__isnull=False),
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.text}"

    @property
    def reference(self) -> str:
        return f"U-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    def get_absolute_url(self) -> str:
        return reverse("unknown", args=[self.incident_id, self.lane, self.number])


class Answer(Unknown.evidence.through):  # type: ignore[name-defined, misc]
    """What resolved an unknown: final."""

    class Meta:
        proxy = True
        triggers = append_only("answer_is_final")

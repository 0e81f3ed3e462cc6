from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from incidents.models.author import Authored
from incidents.models.protection import append_only, no_truncate
from incidents.vocabulary import LaneKind


class HypothesisState(models.TextChoices):
    OPEN = "open", "Open"
    CONFIRMED = "confirmed", "Confirmed"
    RULED_OUT = "ruled_out", "Ruled out"


class HypothesisQuerySet(models.QuerySet["Hypothesis"]):
    def open(self, until: datetime | None = None) -> "HypothesisQuerySet":
        """Those undecided, or at ``until``; the rows themselves hold the current state."""
        if until is None:
            return self.filter(decided_at__isnull=True)
        return self.filter(stated_at__lte=until).exclude(decided_at__lte=until)

    def decided(self, until: datetime | None = None) -> "HypothesisQuerySet":
        if until is None:
            return self.filter(decided_at__isnull=False)
        return self.filter(decided_at__lte=until)


class Hypothesis(Authored):
    """What may explain the incident, H-1, H-2 …; only evidence decides it.

    ``reproduction`` says how to see it, ``finding`` what the evidence showed.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="hypotheses"
    )
    number = models.PositiveIntegerField()
    lane = models.CharField(max_length=13, choices=LaneKind, default=LaneKind.INVESTIGATION)
    text = models.CharField(max_length=500)
    reproduction = models.TextField(blank=True)
    stated_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=HypothesisState, default=HypothesisState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decider_name = models.CharField(max_length=160, blank=True)
    finding = models.TextField(blank=True)
    evidence = models.ManyToManyField("incidents.Evidence", related_name="decides")

    objects = HypothesisQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "hypotheses"
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="hypothesis_number_once"),
            models.CheckConstraint(name="hypothesis_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="hypothesis_decided_with_time",
                condition=Q(state=HypothesisState.OPEN, decided_at__isnull=True)
                | (
                    Q(state__in=[HypothesisState.CONFIRMED, HypothesisState.RULED_OUT])
                    & Q(decided_at__isnull=False)
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="hypothesis_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="hypothesis_words_stay",
                exclude=["state", "decided_at", "decided_by", "decider_name", "finding"],
            ),
            pgtrigger.Protect(
                name="hypothesis_decided_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.text}"

    @property
    def reference(self) -> str:
        return f"H-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == HypothesisState.OPEN

    def get_absolute_url(self) -> str:
        return reverse("hypothesis", args=[self.incident_id, self.number])


class Verdict(Hypothesis.evidence.through):  # type: ignore[name-defined, misc]
    """What decided a hypothesis: final."""

    class Meta:
        proxy = True
        triggers = append_only("verdict_is_final")

from datetime import datetime, timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q

from incidents.models.protection import no_truncate
from incidents.rules.wording import duration


class PatternSpanQuerySet(models.QuerySet["PatternSpan"]):
    def open(self, until: datetime | None = None) -> "PatternSpanQuerySet":
        """Those that last, or did at ``until``."""
        if until is None:
            return self.filter(ended_at__isnull=True)
        return self.filter(began_at__lte=until).exclude(ended_at__lte=until)


class PatternSpan(models.Model):
    """An anti-pattern while it lasted: which, about what, from when to when.

    ``subject`` tells several of one code apart (a person, a boundary item, a decision).
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="patterns"
    )
    code = models.CharField(max_length=20)
    subject = models.CharField(max_length=160, blank=True)
    label = models.CharField(max_length=80)
    sentence = models.CharField(max_length=400)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PatternSpanQuerySet.as_manager()

    class Meta:
        ordering = ["began_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "code", "subject"],
                condition=Q(ended_at__isnull=True),
                name="pattern_once_at_a_time",
            ),
            models.CheckConstraint(
                name="pattern_ends_after_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="pattern_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.incident.reference}"

    @property
    def lasted(self) -> str:
        """How long, in words; never less than a minute. Nothing while it lasts."""
        if self.ended_at is None:
            return ""
        return duration(max(self.ended_at - self.began_at, timedelta(minutes=1)))

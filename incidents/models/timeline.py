import pgtrigger
from django.db import models

from incidents.models.author import Authored
from incidents.models.text_search import Contains, JsonContains
from incidents.vocabulary import LaneKind


class TimelineQuerySet(models.QuerySet["TimelineEntry"]):
    def after(self, seq: int) -> "TimelineQuerySet":
        return self.filter(seq__gt=seq).order_by("seq")

    def before(self, seq: int) -> "TimelineQuerySet":
        return self.filter(seq__lt=seq)

    def matching_text(self, text: str) -> "TimelineQuerySet":
        """Entries with ``text``, however it is coded, in their data, subject or actor."""
        by_or_about = models.Q(subject__iexact=text) | models.Q(Contains("actor_name", text))
        return self.filter(models.Q(JsonContains("data", text)) | by_or_about)


class TimelineEntry(Authored):
    """One line of the record. The database refuses to change, delete or truncate it."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="timeline"
    )
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    lane = models.CharField(max_length=13, choices=LaneKind, blank=True)
    subject = models.CharField(max_length=20, blank=True)
    data = models.JSONField(default=dict)
    amends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    mac = models.CharField(
        max_length=64, blank=True, db_default="", help_text="Empty in entries from before it."
    )
    key_id = models.CharField(max_length=16, blank=True, db_default="")

    objects = TimelineQuerySet.as_manager()

    class Meta:
        ordering = ["-seq"]
        verbose_name_plural = "timeline entries"
        constraints = [
            models.UniqueConstraint(fields=["incident", "seq"], name="timeline_seq_once"),
            models.CheckConstraint(name="timeline_seq_from_one", condition=models.Q(seq__gte=1)),
        ]
        indexes = [
            models.Index(name="timeline_lane", fields=["incident", "lane", "-seq"]),
            models.Index(name="timeline_kind", fields=["incident", "kind", "-seq"]),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="no_truncate",
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'the timeline is append-only';",
            ),
        ]

    def __str__(self) -> str:
        return f"INC-{self.incident_id} #{self.seq} {self.kind}"

from datetime import UTC, datetime

from django.db import models
from django.urls import reverse

from incidents.models.author import Authored
from incidents.models.protection import append_only
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose, PurposeBasis

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)
"""A time outside of these is a mistake, and near the ends of the calendar Python cannot read it."""


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def confirmed(self, until: datetime | None = None) -> "EvidenceQuerySet":
        """Without what is only claimed to be a check, at a moment or now."""
        return self.filter(is_confirmed(until))


def is_confirmed(until: datetime | None = None) -> models.Q:
    """Of evidence rows: what the item is for is not only claimed."""
    if until is None:
        confirmed = models.Q(confirmation__isnull=False)
    else:
        confirmed = models.Q(confirmation__at__lte=until)
    return ~models.Q(purpose_basis=PurposeBasis.CLAIM) | confirmed


class Evidence(Authored):
    """An item captured once and never changed.

    ``number`` counts within the incident (E-1, E-2 …). ``sha256`` is over the content as stored,
    after masking: the text in UTF-8 or the bytes of the file. ``duration`` is in milliseconds.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="evidence"
    )
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=EvidenceKind)
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.GENERAL)
    purpose_basis = models.CharField(
        max_length=7, choices=PurposeBasis, blank=True, default="", db_default=""
    )
    lane = models.CharField(max_length=13, choices=LaneKind, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    command = models.TextField(blank=True)
    exit_code = models.IntegerField(null=True, blank=True)
    host = models.CharField(max_length=120, blank=True)
    revision = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    duration = models.PositiveBigIntegerField(null=True, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    masks = models.PositiveIntegerField(default=0)
    baseline = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeats"
    )
    captured_at = models.DateTimeField()

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="evidence_number_once"),
            models.CheckConstraint(
                name="evidence_kind_known", condition=models.Q(kind__in=EvidenceKind.values)
            ),
            models.CheckConstraint(
                name="evidence_started_plausibly",
                condition=models.Q(started_at__isnull=True)
                | models.Q(started_at__gte=EARLIEST, started_at__lt=LATEST),
            ),
        ]
        indexes = [models.Index(name="evidence_lane", fields=["incident", "lane", "-number"])]
        triggers = append_only("immutable")

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        return f"E-{self.number}"

    @property
    def has_content(self) -> bool:
        return self.size > 0

    @property
    def is_picture(self) -> bool:
        """A picture by its bytes: the action sets ``content_type``, not the sender of the file."""
        return self.content_type.startswith("image/")

    @property
    def succeeded(self) -> bool:
        """A command that ended with 0, or anything that has no exit code."""
        return self.exit_code in (None, 0)

    @property
    def confirmed(self) -> "PurposeConfirmation | None":
        """Who confirmed what it is claimed to be for; lists read it with ``confirmation__by``."""
        return getattr(self, "confirmation", None)

    @property
    def is_claimed(self) -> bool:
        """Whether what it is for still waits to be confirmed."""
        return self.purpose_basis == PurposeBasis.CLAIM and self.confirmed is None

    @property
    def purpose_label(self) -> str:
        """Within a sentence: ``rollback safety check``."""
        return str(self.get_purpose_display()).lower()

    @property
    def purpose_note(self) -> str:
        """What it is for, and who says so; "" where it is for nothing special."""
        if self.purpose == Purpose.GENERAL:
            return ""
        label = str(self.get_purpose_display())
        if self.purpose_basis == PurposeBasis.COMMAND:
            return f"{label}, by its command"
        if self.purpose_basis == PurposeBasis.CLAIM and self.confirmed is None:
            return f"{label}, as {self.actor_name} claims: not confirmed"
        if self.confirmed is not None:
            return f"{label}, confirmed by {self.confirmed.by}"
        return f"{label}, as {self.actor_name} says" if self.purpose_basis else label

    def get_absolute_url(self) -> str:
        return reverse("evidence", args=[self.incident_id, self.number])


class PurposeConfirmation(models.Model):
    """That a claimed item is the check that it is called, by who owns its lane or commands."""

    evidence = models.OneToOneField(
        Evidence, primary_key=True, on_delete=models.PROTECT, related_name="confirmation"
    )
    by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = append_only("immutable_confirmation")

    def __str__(self) -> str:
        return f"E-{self.evidence.number} confirmed"


class EvidenceFile(models.Model):
    """The bytes of a captured file, in the database so that they live and die with the record."""

    evidence = models.OneToOneField(
        Evidence, primary_key=True, on_delete=models.PROTECT, related_name="file"
    )
    content = models.BinaryField()

    class Meta:
        triggers = append_only("immutable_file")

    def __str__(self) -> str:
        return f"file of E-{self.evidence.number}"

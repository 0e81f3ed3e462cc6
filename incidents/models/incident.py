from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property

from incidents.vocabulary import IN_ERROR, LIVED, UNSETTLED, Phase, Severity, Status

if TYPE_CHECKING:
    from incidents.models.backfill import Backfill
    from incidents.models.person import Person


class IncidentQuerySet(models.QuerySet["Incident"]):
    def known_to(self, person: "Person") -> "IncidentQuerySet":
        """Those that the person may know of: restricted ones only as participant."""
        if person.is_admin:
            return self
        return self.filter(
            models.Q(restricted=False)
            | models.Exists(
                Participation.objects.filter(incident=models.OuterRef("pk"), person=person)
            )
        )

    def visible_to(self, person: "Person") -> "IncidentQuerySet":
        """Those whose room the person may enter."""
        if not person.is_active or not person.is_responder:
            return self.none()
        return self.known_to(person)

    def in_progress(self) -> "IncidentQuerySet":
        return self.filter(status=Status.ACTIVE)

    def unsettled(self) -> "IncidentQuerySet":
        """Those in which somebody may have something to do: the active and the watched."""
        return self.filter(status__in=UNSETTLED)

    def worst_first(self) -> "IncidentQuerySet":
        return self.order_by("severity", "-declared_at")


class Incident(models.Model):
    """An incident. Its primary key is its number: ``INC-42`` has 42.

    ``last_seq`` and ``last_hash`` are the end of its timeline, read and moved only under the
    lock of this row. ``declared_at`` is in the past where it was handled elsewhere.
    """

    title = models.CharField(max_length=160)
    known = models.TextField("what is known", blank=True, max_length=4000)
    severity = models.CharField(max_length=1, choices=Severity)
    phase = models.CharField(max_length=12, choices=Phase, default=Phase.DETECTION)
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    restricted = models.BooleanField(default=False)
    scenario = models.SlugField(max_length=60, blank=True)
    evidence_channel = models.CharField(max_length=300, blank=True)
    last_known_good = models.CharField("last known-good revision", max_length=80, blank=True)
    broad_rollback_reason = models.CharField(max_length=300, blank=True)
    keeps_dual = models.BooleanField(
        "two sign its decisions until both leave this", default=False, db_default=False
    )
    keeps_first = models.BooleanField(
        "rollback and revocation come first until two leave this", default=False, db_default=False
    )
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(
        "incidents.Person", on_delete=models.PROTECT, related_name="declared_incidents"
    )
    surfaces = models.ManyToManyField("incidents.Surface", related_name="incidents", blank=True)
    last_seq = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="incident_severity_known", condition=models.Q(severity__in=Severity.values)
            ),
            models.CheckConstraint(
                name="incident_phase_known", condition=models.Q(phase__in=Phase.values)
            ),
            models.CheckConstraint(
                name="incident_status_known", condition=models.Q(status__in=Status.values)
            ),
            models.CheckConstraint(name="incident_has_title", condition=~models.Q(title="")),
        ]
        indexes = [
            models.Index(
                name="incident_unsettled",
                fields=["severity", "-declared_at"],
                condition=models.Q(status__in=UNSETTLED),
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        return f"INC-{self.pk}"

    @property
    def is_in_error(self) -> bool:
        """Declared in error: void, or the duplicate of another."""
        return self.status in IN_ERROR

    @property
    def is_backfilled(self) -> bool:
        """Handled elsewhere, and written up here afterwards."""
        return self.status == Status.BACKFILLED

    @cached_property
    def backfilled(self) -> "Backfill | None":
        """The account of an incident that was handled elsewhere, also when it is void now.

        No query for one that is handled here.
        """
        return None if self.status in LIVED else getattr(self, "backfill", None)

    @property
    def clock_start(self) -> datetime:
        """The start of T+: the declaration, or the time when it was written up here."""
        return self.backfilled.at if self.backfilled else self.declared_at

    @property
    def ended_as(self) -> str:
        """``Duplicate of INC-7`` or its status; one query for a duplicate."""
        if self.status == Status.DUPLICATE:
            voiding = self.voidings.filter(taken_back_at=None).select_related("original").first()
            # Whoever sees this one may not know of an original that is restricted.
            if voiding and voiding.original and not voiding.original.restricted:
                return f"Duplicate of {voiding.original.reference}"
        return str(self.get_status_display())

    def get_absolute_url(self) -> str:
        return reverse("room", args=[self.pk])


class Participation(models.Model):
    """A participant: only participants and admins know of a restricted incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="participations")
    person = models.ForeignKey(
        "incidents.Person", on_delete=models.CASCADE, related_name="participations"
    )
    since = models.DateTimeField()
    seen_at = models.DateTimeField(
        "last in the room",
        null=True,
        blank=True,
        help_text="Of commander and deputy only, to the minute.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "person"], name="participation_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.incident.reference}"

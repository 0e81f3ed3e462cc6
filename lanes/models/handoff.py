from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from incidents.models.protection import no_truncate
from incidents.vocabulary import LaneKind, RoleName


class HandoffState(models.TextChoices):
    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def open(self, until: datetime | None = None) -> "HandoffQuerySet":
        """What waits for its answer, or did at ``until``."""
        if until is None:
            return self.filter(state=HandoffState.OFFERED)
        return self.filter(offered_at__lte=until).exclude(answered_at__lte=until)


class Handoff(models.Model):
    """The passing of a lane or of command, HO-1, HO-2 …; it counts when it is accepted.

    Its four parts are those of the playbook's "Handoff acceptance test": ``included`` and
    ``excluded`` (one thing a line), ``unknowns`` (or in words why there are none),
    ``checkpoint``, ``trigger``. What was offered never changes.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="handoffs"
    )
    number = models.PositiveIntegerField()
    role = models.CharField(max_length=12, choices=RoleName)
    lane = models.CharField(max_length=13, choices=LaneKind, blank=True)
    giver = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(
        "incidents.Person", on_delete=models.PROTECT, related_name="handoffs_received"
    )
    included = models.TextField()
    excluded = models.TextField(blank=True)
    unknowns = models.TextField()
    checkpoint = models.ForeignKey(
        "incidents.Checkpoint", on_delete=models.PROTECT, related_name="+"
    )
    trigger = models.TextField()
    message = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=HandoffState, default=HandoffState.OFFERED)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField(blank=True)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="handoff_number_once"),
            models.UniqueConstraint(
                fields=["incident", "role", "lane"],
                condition=Q(state=HandoffState.OFFERED),
                name="handoff_one_open",
            ),
            models.CheckConstraint(
                name="handoff_of_command_or_lane",
                condition=Q(role=RoleName.COMMANDER, lane="")
                | Q(role=RoleName.LANE_OWNER, lane__in=LaneKind.values),
            ),
            models.CheckConstraint(
                name="handoff_to_somebody_else", condition=~Q(giver=F("receiver"))
            ),
            models.CheckConstraint(
                name="handoff_four_parts",
                condition=~Q(included="") & ~Q(unknowns="") & ~Q(trigger=""),
            ),
            models.CheckConstraint(
                name="handoff_answered_with_time",
                condition=Q(state=HandoffState.OFFERED, answered_at__isnull=True)
                | (~Q(state=HandoffState.OFFERED) & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="handoff_declined_with_reason",
                condition=~Q(state=HandoffState.DECLINED) | ~Q(answer_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                name="handoff_waiting",
                fields=["offered_at"],
                condition=Q(state=HandoffState.OFFERED),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="handoff_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="handoff_parts_stay", exclude=["state", "answered_at", "answer_reason"]
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.label}"

    @property
    def reference(self) -> str:
        return f"HO-{self.number}"

    @property
    def label(self) -> str:
        """What is handed over, in words: "Mitigation", "Command"."""
        return LaneKind(self.lane).label if self.lane else "Command"

    @property
    def is_open(self) -> bool:
        return self.state == HandoffState.OFFERED

    def get_absolute_url(self) -> str:
        return reverse("handoff", args=[self.incident_id, self.number])

from datetime import datetime

import pgtrigger
from django.db import models

from incidents.models.protection import no_truncate
from incidents.vocabulary import LaneKind, RoleName


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def current(self) -> "AssignmentQuerySet":
        return self.filter(until__isnull=True)


class Assignment(models.Model):
    """Who holds a role, from when to when. A lane's owner is a role too."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.CASCADE, related_name="assignments"
    )
    role = models.CharField(max_length=12, choices=RoleName)
    lane = models.CharField(max_length=13, choices=LaneKind, blank=True)
    person = models.ForeignKey(
        "incidents.Person", on_delete=models.PROTECT, related_name="assignments"
    )
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    can_act = True
    """Whether the person is an active responder who may enter; only ``facts`` sets it."""

    is_shut_out = False
    """Whether the person may not enter the restricted incident; only ``facts`` looks."""

    seen_at: datetime | None = None
    """When the person was in the room last, as far as ``facts`` looked."""

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "role", "lane"],
                condition=models.Q(until__isnull=True),
                name="assignment_one_holder",
            ),
            models.CheckConstraint(
                name="assignment_lane_only_for_owners",
                condition=models.Q(role=RoleName.LANE_OWNER, lane__in=LaneKind.values)
                | (~models.Q(role=RoleName.LANE_OWNER) & models.Q(lane="")),
            ),
            models.CheckConstraint(
                name="assignment_ends_after_start",
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
            ),
        ]
        indexes = [
            models.Index(
                name="assignment_held", fields=["person"], condition=models.Q(until__isnull=True)
            )
        ]
        triggers = [
            pgtrigger.Protect(name="assignment_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="assignment_as_given",
                fields=["incident", "role", "lane", "person", "since"],
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.person}"

    @property
    def label(self) -> str:
        """The role in words: "Commander", "Mitigation owner"."""
        if self.role == RoleName.LANE_OWNER:
            return f"{LaneKind(self.lane).label} owner"
        return RoleName(self.role).label

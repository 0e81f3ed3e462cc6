from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from incidents.models.protection import no_truncate
from incidents.vocabulary import LaneKind, RoleName
from lanes.vocabulary import WATCH, check_in_label, label_of, owned, what_of


class HandoffState(models.TextChoices):
    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def open(self, until: datetime | None = None) -> "HandoffQuerySet":
        """Those that wait for an answer, or did at ``until``."""
        if until is None:
            return self.filter(state=HandoffState.OFFERED)
        return self.filter(offered_at__lte=until).exclude(answered_at__lte=until)


class Handoff(models.Model):
    """The passing of a lane, of command or of the watch, HO-1, HO-2 …; it counts when accepted.

    Its four parts are those of the playbook's "Handoff acceptance test": ``included`` and
    ``excluded`` (one thing a line), ``unknowns`` (or in words why there are none),
    ``checkpoint``, ``trigger``. A watch has a check-in in the place of the checkpoint: ``check_in``
    is its hour after closing, and ``check_in_at`` its time. What was offered never changes.
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
        "incidents.Checkpoint", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    check_in = models.PositiveSmallIntegerField(null=True, blank=True)
    check_in_at = models.DateTimeField(null=True, blank=True)
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
                name="handoff_of_what_can_pass",
                condition=Q(role__in=[RoleName.COMMANDER, RoleName.WATCH_OWNER], lane="")
                | Q(role=RoleName.LANE_OWNER, lane__in=LaneKind.values),
            ),
            models.CheckConstraint(
                name="handoff_commits_to_one_time",
                condition=Q(
                    role=RoleName.WATCH_OWNER,
                    checkpoint__isnull=True,
                    check_in__isnull=False,
                    check_in_at__isnull=False,
                )
                | (
                    ~Q(role=RoleName.WATCH_OWNER)
                    & Q(
                        checkpoint__isnull=False,
                        check_in__isnull=True,
                        check_in_at__isnull=True,
                    )
                ),
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
    def what(self) -> str:
        """What is handed over: a lane, ``WATCH``, or "" for command."""
        return what_of(self.role, self.lane)

    @property
    def is_of_watch(self) -> bool:
        return self.what == WATCH

    @property
    def label(self) -> str:
        """What is handed over, in words: "Mitigation", "Command", "the watch"."""
        return label_of(self.what)

    @property
    def owned(self) -> str:
        """The same within a sentence: "the lane Mitigation"."""
        return owned(self.what)

    @property
    def taken(self) -> str:
        """What its receiver takes: "the lane", "command", "the watch"."""
        return "the lane" if self.lane else self.owned

    @property
    def holds(self) -> str:
        """What the giver does until it is accepted."""
        return f"owns {self.taken}" if self.what else "commands"

    @property
    def committed_to(self) -> str:
        """The time that the receiver commits to, by name: "CP-2", "the check-in after 6 h"."""
        if self.checkpoint is not None:
            return str(self.checkpoint.reference)
        return check_in_label(self.check_in or 0)

    @property
    def committed_at(self) -> datetime | None:
        return self.checkpoint.due_at if self.checkpoint is not None else self.check_in_at

    @property
    def is_open(self) -> bool:
        return self.state == HandoffState.OFFERED

    def get_absolute_url(self) -> str:
        return reverse("handoff", args=[self.incident_id, self.number])

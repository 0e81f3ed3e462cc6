import pgtrigger
from django.db import models
from django.db.models import Q

from incidents.models.author import Authored
from incidents.models.protection import no_truncate
from incidents.vocabulary import BRANCH_USE, BranchState, BranchType


class BranchQuerySet(models.QuerySet["Branch"]):
    def active(self) -> "BranchQuerySet":
        return self.filter(state=BranchState.ACTIVE)


class Branch(Authored):
    """A recovery branch (playbook, "Recovery branch strategy matrix"), B-1, B-2 …"""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="branches"
    )
    number = models.PositiveIntegerField()
    type = models.CharField(max_length=11, choices=BranchType)
    name = models.CharField(max_length=200)
    owner = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=BranchState, default=BranchState.ACTIVE)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = BranchQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "branches"
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="branch_number_once"),
            models.UniqueConstraint(
                fields=["incident", "name"],
                condition=Q(state=BranchState.ACTIVE),
                name="branch_name_once",
            ),
            models.CheckConstraint(
                name="branch_type_known", condition=Q(type__in=BranchType.values)
            ),
            models.CheckConstraint(name="branch_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="branch_ended_with_time",
                condition=Q(state=BranchState.ACTIVE, ended_at__isnull=True)
                | (
                    Q(state__in=[BranchState.MERGED, BranchState.ABANDONED])
                    & Q(ended_at__isnull=False)
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="branch_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    @property
    def reference(self) -> str:
        return f"B-{self.number}"

    @property
    def is_active(self) -> bool:
        return self.state == BranchState.ACTIVE

    @property
    def use(self) -> str:
        """When its type is the right one."""
        return BRANCH_USE[self.type][0]

    @property
    def risk(self) -> str:
        """What its type brings with it."""
        return BRANCH_USE[self.type][1]

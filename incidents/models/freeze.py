import pgtrigger
from django.db import models

from incidents.models.protection import no_truncate


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def in_force(self) -> "FreezeQuerySet":
        return self.filter(until__isnull=True, declined=False)

    def current(self) -> "FreezeQuerySet":
        """In force, or declined."""
        return self.filter(until__isnull=True)


class Freeze(models.Model):
    """A stop on unrelated merges to a surface; ``declined`` records why there is none.

    ``kept_by`` owns a freeze that is kept on purpose beyond the incident.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="freezes"
    )
    surface = models.ForeignKey(
        "incidents.Surface", on_delete=models.PROTECT, related_name="freezes"
    )
    scope = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    declined = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    lift_reason = models.CharField(max_length=300, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_reason = models.CharField(max_length=300, blank=True)
    kept_by = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FreezeQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "surface"],
                condition=models.Q(until__isnull=True),
                name="freeze_one_a_surface",
            ),
            models.CheckConstraint(name="freeze_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="freeze_kept_with_owner",
                condition=models.Q(kept_at__isnull=True, kept_by__isnull=True)
                | (
                    models.Q(kept_at__isnull=False, kept_by__isnull=False, declined=False)
                    & ~models.Q(kept_reason="")
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="freeze_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="freeze_as_set",
                fields=["incident", "surface", "declined", "scope", "reason", "since"],
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.surface}: {'not frozen' if self.declined else 'frozen'}"

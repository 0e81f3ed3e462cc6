from django.db import models

from incidents.vocabulary import LaneKind


class BoundaryItemQuerySet(models.QuerySet["BoundaryItem"]):
    def current(self) -> "BoundaryItemQuerySet":
        return self.filter(until__isnull=True)


class BoundaryItem(models.Model):
    """One thing that a lane includes or excludes, from when to when."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="boundary_items"
    )
    lane = models.CharField(max_length=13, choices=LaneKind)
    included = models.BooleanField()
    text = models.CharField(max_length=120)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = BoundaryItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "lane", "text"],
                condition=models.Q(until__isnull=True),
                name="boundary_item_once",
            ),
            models.CheckConstraint(name="boundary_item_has_text", condition=~models.Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{'in' if self.included else 'out'}: {self.text}"

from django.db import models
from django.db.models import Q


class LastTick(models.Model):
    """One row: when the tick last came to its end, and since when it has without a gap."""

    at = models.DateTimeField()
    since = models.DateTimeField()
    took = models.FloatField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_last_tick", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S}"

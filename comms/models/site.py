from django.db import models
from django.db.models import Q


class StatusSite(models.Model):
    """A single row: the version that should be rendered, and the one that is."""

    wanted = models.PositiveBigIntegerField(default=1)
    rendered = models.PositiveBigIntegerField(default=0)
    rendered_at = models.DateTimeField(null=True, blank=True)
    failures = models.JSONField(null=True, blank=True)
    """Parts that could not be rendered, by name: ``{"since": ISO 8601, "error": text}``."""

    class Meta:
        constraints = [models.CheckConstraint(name="one_status_site", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"version {self.wanted}"

from django.db import models

from incidents.models.author import Authored
from incidents.models.protection import append_only


class ScenarioText(models.Model):
    """A scenario that an admin wrote here, as TOML; checked by the loader before it is saved."""

    slug = models.SlugField(max_length=60, unique=True, editable=False)
    toml = models.TextField("scenario, as TOML")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["slug"]
        verbose_name = "scenario"

    def __str__(self) -> str:
        return self.slug


class Served(Authored):
    """An evidence item named as serving an item of the scenario's evidence minimum.

    ``item`` is that item's key in the scenario (a slug).
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="served"
    )
    evidence = models.ForeignKey(
        "incidents.Evidence", on_delete=models.PROTECT, related_name="serves"
    )
    item = models.SlugField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["evidence", "item"], name="served_once"),
        ]
        triggers = append_only("served_immutable")

    def __str__(self) -> str:
        return f"{self.evidence.reference} serves {self.item}"

import pgtrigger
from django.db import models

from incidents.models.protection import no_truncate


class Risk(models.Model):
    """An entry of the residual-risk register, RISK-1, RISK-2 …"""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="risks"
    )
    number = models.PositiveIntegerField()
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="risk_number_once"),
            models.CheckConstraint(name="risk_has_text", condition=~models.Q(text="")),
            models.CheckConstraint(
                name="risk_retired_with_reason",
                condition=models.Q(retired_at__isnull=True, retired_reason="")
                | (models.Q(retired_at__isnull=False) & ~models.Q(retired_reason="")),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="risk_as_noted", fields=["incident", "number", "text", "noted_at"]
            ),
            pgtrigger.Protect(name="risk_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.text}"

    @property
    def is_open(self) -> bool:
        return self.retired_at is None

    @property
    def reference(self) -> str:
        return f"RISK-{self.number}"

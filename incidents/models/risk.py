from django.db import models


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

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="risk_number_once"),
            models.CheckConstraint(name="risk_has_text", condition=~models.Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.text}"

    @property
    def reference(self) -> str:
        return f"RISK-{self.number}"

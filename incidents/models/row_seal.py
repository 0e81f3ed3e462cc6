from django.db import models

from incidents.models.protection import append_only


class RowSeal(models.Model):
    """The digests of the rows that one transaction made or changed in an incident.

    It belongs to the entry ``seq``, the last of its transaction. ``rows`` has for each table and
    key a digest of every column, or null for a row that was deleted. The seals of an incident are
    a chain of their own: each has the hash of the one before it.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="row_seals"
    )
    number = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    rows = models.JSONField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="row_seal_number_once"),
        ]
        triggers = append_only("row_seal_is_final")

    def __str__(self) -> str:
        return f"rows of INC-{self.incident_id} #{self.seq}"

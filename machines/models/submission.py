"""What writes by the API answered, so that a repeated one is recorded once."""

from django.db import models

from machines.models.token import Token


class Submission(models.Model):
    """What a write with an ``Idempotency-Key`` answered: the same key gets the same answer."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="submissions")
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_submission_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.token}"

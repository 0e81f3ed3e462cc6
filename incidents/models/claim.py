from django.db import models


class Claim(models.Model):
    """Due work: only the process that sets ``claimed_at`` does it, in the same transaction.

    A failed attempt leaves a row without ``claimed_at``, with its error and when to try again.
    """

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    try_again_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "due_at"], name="claim_once")
        ]
        indexes = [
            models.Index(
                name="claim_failed", fields=["kind"], condition=models.Q(claimed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Submission(models.Model):
    """The key of a form that was sent; sending it again redirects to the first one's result.

    ``content`` names what the form said when it was taken: who sends the same at the same instant
    is led to the result too, and who sends something else is told.
    """

    key = models.UUIDField(primary_key=True)
    content = models.UUIDField(null=True)
    person = models.ForeignKey("incidents.Person", on_delete=models.CASCADE, related_name="+")
    href = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="submission_at", fields=["at"])]

    def __str__(self) -> str:
        return str(self.key)


class Notice(models.Model):
    """A message for one person, shown in the room and on their home page, and mailed."""

    person = models.ForeignKey("incidents.Person", on_delete=models.CASCADE, related_name="notices")
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=20, blank=True)
    sentence = models.CharField(max_length=300)
    href = models.CharField(max_length=200)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                name="notice_unseen", fields=["person", "-at"], condition=models.Q(seen_at=None)
            ),
            models.Index(name="notice_at", fields=["at"]),
        ]

    def __str__(self) -> str:
        return self.sentence

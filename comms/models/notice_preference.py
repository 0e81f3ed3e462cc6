from django.db import models
from django.db.models import Q


class NoticeChoice(models.Model):
    """How one person's own notices reach them beside the room. Nothing: it is off.

    Each is on since a moment, so that nothing older comes when it is switched on. Who has no row
    gets mail when they respond, and nothing as a stakeholder. ``address`` is for Apprise and may
    carry a secret: it is shown masked; ``failures`` and ``paused_until`` are as a subscriber's.
    """

    person = models.OneToOneField(
        "incidents.Person",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="notice_choice",
    )
    mail_since = models.DateTimeField(null=True, blank=True)
    address = models.CharField(max_length=500, blank=True)
    address_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notice_choice_address_since",
                condition=Q(address="", address_since__isnull=True)
                | (~Q(address="") & Q(address_since__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"Notices of {self.person}"

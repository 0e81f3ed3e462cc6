"""Tokens: keys by which machines act for a person, under limits of their own."""

from datetime import datetime

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from incidents.models.plain_text import PlainLineField
from incidents.vocabulary import LaneKind, Status
from machines.vocabulary import Scope, TokenKind


class TokenQuerySet(models.QuerySet["Token"]):
    def in_use(self, now: datetime) -> "TokenQuerySet":
        """Those that still open something: neither revoked nor ended, of somebody who is here.

        A token that ends with its incident has ended once that is no longer active or watched.
        """
        over = Q(ends_with_incident=True) & ~Q(
            incident__status__in=[Status.ACTIVE, Status.WATCHING]
        )
        return (
            self.filter(revoked_at=None, owner__is_active=True)
            .exclude(ends_at__lte=now)
            .exclude(over)
        )


class Token(models.Model):
    """A key for one machine. Only the hash of it is stored; ``prefix`` is what is shown of it.

    ``uses`` counts requests, ``refused`` those that came after it had ended; ``minute`` and
    ``in_minute`` count the current minute for its limit.
    """

    kind = models.CharField(max_length=7, choices=TokenKind)
    name = PlainLineField(max_length=60)
    owner = models.ForeignKey("incidents.Person", on_delete=models.CASCADE, related_name="tokens")
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    lane = models.CharField(max_length=13, choices=LaneKind, blank=True)
    incident = models.ForeignKey(
        "incidents.Incident", null=True, blank=True, on_delete=models.CASCADE, related_name="tokens"
    )
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    ends_with_incident = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_reason = PlainLineField(max_length=200, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0, db_default=0)
    refused = models.PositiveIntegerField(default=0, db_default=0)
    minute = models.DateTimeField(null=True, blank=True)
    in_minute = models.PositiveIntegerField(default=0, db_default=0)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="token_of_agent_has_lane",
                condition=Q(kind=TokenKind.AGENT) & ~Q(lane="")
                | ~Q(kind=TokenKind.AGENT) & Q(lane="", incident=None),
            ),
            models.CheckConstraint(
                name="token_ends_with_an_incident",
                condition=Q(ends_with_incident=False) | Q(incident__isnull=False),
            ),
            models.CheckConstraint(
                name="token_kind_and_lane_are_known",
                condition=Q(kind__in=TokenKind.values) & Q(lane__in=["", *LaneKind.values]),
            ),
            models.CheckConstraint(
                name="token_of_service_has_scopes",
                condition=Q(kind=TokenKind.SERVICE, scopes__len__gt=0)
                & Q(scopes__contained_by=Scope.values)
                | ~Q(kind=TokenKind.SERVICE) & Q(scopes=[]),
            ),
            models.CheckConstraint(
                name="token_ends",
                condition=Q(ends_at__isnull=False) | Q(ends_with_incident=True),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="token_means_what_it_meant",
                fields=[
                    *("kind", "owner", "digest", "scopes", "lane", "incident"),
                    *("ends_at", "ends_with_incident"),
                ],
            ),
            pgtrigger.Protect(
                name="revoked_stays_revoked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False, new__revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_agent(self) -> bool:
        return self.kind == TokenKind.AGENT

    def has_ended(self, now: datetime) -> bool:
        over = self.ends_with_incident and self.incident.status not in {
            Status.ACTIVE,
            Status.WATCHING,
        }
        return over or (self.ends_at is not None and self.ends_at <= now)

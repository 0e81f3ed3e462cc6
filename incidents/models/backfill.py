"""The account of an incident that was handled elsewhere, with past times."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q

from incidents.models.incident import Incident
from incidents.models.protection import append_only


class Backfill(models.Model):
    """The account of an incident that was handled elsewhere, written up ``at`` a time.

    The incident has the time of its declaration. ``happened`` and ``done`` are the account,
    ``kept`` is the place of the original record, ``source`` says where it was handled and why it is
    written up here.
    """

    incident = models.OneToOneField(
        "incidents.Incident", on_delete=models.PROTECT, related_name="backfill"
    )
    began_at = models.DateTimeField()
    mitigated_at = models.DateTimeField()
    recovered_at = models.DateTimeField()
    happened = models.TextField(max_length=4000)
    done = models.TextField(max_length=4000)
    kept = models.CharField(max_length=300)
    source = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="backfill_in_order",
                condition=Q(began_at__lte=F("mitigated_at"))
                & Q(mitigated_at__lte=F("recovered_at"))
                & Q(recovered_at__lte=F("at")),
            ),
            models.CheckConstraint(
                name="backfill_in_words",
                condition=~Q(happened="") & ~Q(done="") & ~Q(kept="") & ~Q(source=""),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="backfill_of_its_own",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM incidents_incident
                        WHERE id = NEW.incident_id AND status = 'backfill'
                        AND declared_at BETWEEN NEW.began_at AND NEW.mitigated_at
                    ) THEN RETURN NEW; END IF;
                    RAISE EXCEPTION 'only what was handled elsewhere is backfilled';
                """,
            ),
            *append_only("backfill_as_said"),
        ]

    def __str__(self) -> str:
        return f"{self.incident.reference}: handled elsewhere"

    @property
    def lasted(self) -> str:
        """From its beginning to its recovery: "3 h 20 min", "5 days"."""
        minutes = (self.recovered_at - self.began_at) // timedelta(minutes=1)
        if minutes >= 2 * 1440:
            return f"{minutes // 1440} days"
        hours, rest = divmod(minutes, 60)
        parts = (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")
        return " ".join(filter(None, parts))

    @property
    def kept_href(self) -> str:
        """The place of the original record as a link, if it is one that is safe to follow."""
        return self.kept if self.kept.startswith(("https://", "http://")) else ""


class HandledElsewhere(Incident):
    """Triggers on the incident's row: it is inserted as backfilled, with its account, or never
    becomes so, and a backfilled one never becomes active. This holds for plain SQL too."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="backfilled_from_the_start",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.status IS DISTINCT FROM OLD.status"
                    " AND (NEW.status = 'backfill' OR OLD.status = 'backfill')"
                    " AND OLD.status NOT IN ('void', 'duplicate')"
                    " AND NEW.status NOT IN ('void', 'duplicate')"
                ),
                func="RAISE EXCEPTION 'only what was handled elsewhere is backfilled';",
            ),
            pgtrigger.Trigger(
                name="backfilled_with_its_account",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition("NEW.status = 'backfill'"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM incidents_backfill WHERE incident_id = NEW.id
                    ) THEN RETURN NULL; END IF;
                    RAISE EXCEPTION 'what is backfilled has an account of it';
                """,
            ),
        ]

"""That an incident was declared in error: nothing happened, or it is another one again."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from incidents.models.incident import Incident
from incidents.models.protection import no_truncate


class Voided(models.Model):
    """One time that an incident ended as void, or as the duplicate of ``original``.

    ``taken_back_at`` is when that turned out to be wrong; the incident went on from there.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="voidings"
    )
    original = models.ForeignKey(
        "incidents.Incident",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duplicates",
    )
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(taken_back_at__isnull=True), name="voided_once"
            ),
            models.CheckConstraint(name="voided_with_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="voided_as_another",
                condition=Q(original__isnull=True) | ~Q(original=F("incident")),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="voided_as_said", exclude=["taken_back_at"]),
            pgtrigger.Protect(name="voided_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        of = f"duplicate of {self.original.reference}" if self.original else "void"
        return f"{self.incident.reference}: {of}"


class DeclaredInError(Incident):
    """The incident's row says void or duplicate only where that is on record and nothing of it was
    ever executed, and from there it only goes back to what it was. Whoever writes it."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="void_only_in_error",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.status IS DISTINCT FROM OLD.status AND"
                    " (NEW.status IN ('void', 'duplicate') OR OLD.status IN ('void', 'duplicate'))"
                ),
                func="""
                    IF OLD.status IN ('void', 'duplicate') THEN
                        IF NEW.status = (
                            CASE WHEN EXISTS (
                                SELECT 1 FROM incidents_backfill WHERE incident_id = NEW.id
                            ) THEN 'backfill' ELSE 'active' END
                        ) AND NOT EXISTS (
                            SELECT 1 FROM incidents_voided
                            WHERE incident_id = NEW.id AND taken_back_at IS NULL
                        ) THEN RETURN NEW; END IF;
                    ELSIF OLD.status IN ('active', 'backfill') AND EXISTS (
                        SELECT 1 FROM incidents_voided
                        WHERE incident_id = NEW.id AND taken_back_at IS NULL
                        AND (original_id IS NOT NULL) = (NEW.status = 'duplicate')
                    ) AND NOT EXISTS (
                        SELECT 1 FROM incidents_execution
                        WHERE incident_id = NEW.id AND started_at IS NOT NULL
                    ) THEN RETURN NEW; END IF;
                    RAISE EXCEPTION 'only an incident in which nothing was executed is void';
                """,
            ),
            pgtrigger.Trigger(
                name="begins_as_active",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.status NOT IN ('active', 'backfill')"),
                func="RAISE EXCEPTION 'an incident begins as active';",
            ),
        ]

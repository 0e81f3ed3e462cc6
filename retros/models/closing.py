"""The tables of closing: the statement, the closing itself and its watch."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from incidents.models import Incident
from incidents.models.protection import no_truncate
from incidents.vocabulary import Confidence
from retros.vocabulary import CHECK_IN_HOURS, End, Ending


class Statement(models.Model):
    """The closing statement as the commander has written it so far; each version is an entry.

    The playbook's leadership note, the rollback trigger and owner of the watch, and the ending.
    Where it recovered without mitigation, ``cause_risk`` says that the cause is open and
    ``cause_item`` is to find it. All of it may be empty: the gate judges.
    """

    incident = models.OneToOneField(
        "incidents.Incident",
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="closing_statement",
    )
    happened = models.TextField("what happened", blank=True, max_length=2000)
    path = models.TextField("why this path was chosen", blank=True, max_length=2000)
    uncertain = models.TextField("what remains uncertain", blank=True, max_length=2000)
    need = models.TextField("what we need from leadership", blank=True, max_length=2000)
    confidence = models.CharField(max_length=1, blank=True, choices=Confidence)
    trigger = models.TextField("rollback trigger", blank=True, max_length=1000)
    watch_owner = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ending = models.CharField(
        max_length=9, choices=Ending, default=Ending.MITIGATED, db_default=Ending.MITIGATED
    )
    cause_risk = models.ForeignKey(
        "incidents.Risk", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cause_item = models.ForeignKey(
        "retros.BacklogItem", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="statement_confidence_known",
                condition=Q(confidence__in=["", *Confidence.values]),
            ),
            models.CheckConstraint(
                name="statement_ending_known", condition=Q(ending__in=Ending.values)
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="statement_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"Closing statement of {self.incident.reference}"


class Closing(models.Model):
    """One closing of an incident, through the gate: what was stated, and the watch it opened.

    ``seq`` is the entry of the closing on the timeline. ``as_closed`` is what may change later, as
    it was then (``retros.closing.as_closed``); closings from before it was kept have none.
    ``recovered_at`` is when the first run showed that it is well, of an incident that recovered
    without mitigation. ``ended_at`` and ``end`` say when and how the watch ended.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="closings"
    )
    number = models.PositiveIntegerField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    happened = models.TextField()
    path = models.TextField()
    uncertain = models.TextField()
    need = models.TextField()
    confidence = models.CharField(max_length=1, choices=Confidence)
    trigger = models.TextField()
    watch_until = models.DateTimeField()
    as_closed = models.JSONField(null=True, blank=True, editable=False)
    ending = models.CharField(
        max_length=9, choices=Ending, default=Ending.MITIGATED, db_default=Ending.MITIGATED
    )
    recovered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=8, blank=True, choices=End)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="closing_number_once"),
            models.UniqueConstraint(fields=["incident", "seq"], name="closing_entry_once"),
            models.UniqueConstraint(
                fields=["incident"], condition=Q(ended_at__isnull=True), name="closing_one_watch"
            ),
            models.CheckConstraint(
                name="closing_is_sure", condition=Q(confidence=Confidence.L3) & ~Q(trigger="")
            ),
            models.CheckConstraint(
                name="closing_ending_known",
                condition=Q(ending=Ending.MITIGATED, recovered_at__isnull=True)
                | Q(ending=Ending.UNMITIGATED, recovered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="closing_ended_somehow",
                condition=Q(ended_at__isnull=True, end="")
                | Q(ended_at__isnull=False, end__in=End.values),
            ),
        ]
        indexes = [
            models.Index(
                name="closing_watched",
                fields=["watch_until"],
                condition=Q(ended_at__isnull=True),
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="closing_as_closed", exclude=["ended_at", "end", "end_reason"]),
            pgtrigger.Protect(name="closing_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="closing_without_mitigation",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.ending = 'alone'"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM incidents_execution
                        WHERE incident_id = NEW.incident_id AND mitigates
                        AND started_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'what was mitigated did not recover without mitigation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="closing_on_the_record",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM incidents_timelineentry
                        WHERE incident_id = NEW.incident_id AND seq = NEW.seq
                        AND kind = 'incident.closed'
                    ) THEN RETURN NULL; END IF;
                    RAISE EXCEPTION 'a closing has its entry on the timeline';
                """,
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"Closing {self.number} of {self.incident.reference}"

    @property
    def is_unmitigated(self) -> bool:
        return self.ending == Ending.UNMITIGATED

    @property
    def is_watched(self) -> bool:
        return self.ended_at is None

    def get_absolute_url(self) -> str:
        return reverse("watch", args=[self.incident_id])


class CheckIn(models.Model):
    """A check-in of the watch owner, due at ``due_at``; ``missed_at`` is set when none came."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="check_ins")
    hour = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    missed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "hour"], name="check_in_hour_once"),
            models.CheckConstraint(
                name="check_in_hour_known", condition=Q(hour__in=CHECK_IN_HOURS)
            ),
            models.CheckConstraint(
                name="check_in_answered_in_words",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, text="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(text="")),
            ),
        ]
        indexes = [
            models.Index(
                name="check_in_waiting", fields=["due_at"], condition=Q(answered_at__isnull=True)
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="check_in_as_set", fields=["closing", "hour", "due_at"]),
            pgtrigger.Protect(name="check_in_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"Check-in at {self.hour} h"


class Ended(Incident):
    """The incident with the gate's trigger: its row cannot become closed without a closing.

    This holds for every writer: an action, the admin, plain SQL.
    """

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="closed_through_the_gate",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.status IN ('watching', 'closed')"
                    " AND NEW.status IS DISTINCT FROM OLD.status"
                ),
                func="""
                    IF NEW.status = 'watching' AND EXISTS (
                        SELECT 1 FROM retros_closing
                        WHERE incident_id = NEW.id AND ended_at IS NULL
                    ) THEN RETURN NEW; END IF;
                    IF NEW.status = 'closed' AND OLD.status = 'watching' AND EXISTS (
                        SELECT 1 FROM retros_closing
                        WHERE incident_id = NEW.id AND "end" = 'held'
                        AND number = (
                            SELECT MAX(number) FROM retros_closing WHERE incident_id = NEW.id
                        )
                    ) THEN RETURN NEW; END IF;
                    RAISE EXCEPTION 'an incident is closed through the closure gate alone';
                """,
            ),
        ]

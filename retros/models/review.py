"""Looking back at a closing: the review and the retro, their answers, and later thoughts."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from incidents.models import Draft, Incident, Person
from incidents.models.protection import append_only, no_truncate
from incidents.vocabulary import Status
from retros.vocabulary import QUESTIONS, Look, Question


class LookBackQuerySet(models.QuerySet["LookBack"]):
    def open(self) -> "LookBackQuerySet":
        """Those neither finished nor superseded by a later closing."""
        return self.filter(finished_at__isnull=True, superseded_at__isnull=True)

    def pending(self) -> "LookBackQuerySet":
        """Open ones whose incident is closed or watched: none while it is active again."""
        return self.open().filter(incident__status__in=(Status.WATCHING, Status.CLOSED))

    def visible_to(self, person: Person) -> "LookBackQuerySet":
        """Those of incidents whose room the person may enter."""
        return self.filter(incident__in=Incident.objects.visible_to(person))


class LookBack(models.Model):
    """The review (30 minutes) or the retro (24 h) of one closing.

    Each closing begins its own pair. What an earlier closing left unfinished is then superseded,
    and its drafts go on in the new one. What is finished stays as it is.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="looks_back"
    )
    closing = models.ForeignKey(
        "retros.Closing", on_delete=models.PROTECT, related_name="looks_back"
    )
    kind = models.CharField(max_length=6, choices=Look)
    due_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = LookBackQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "kind"], name="look_back_once_a_closing"),
            models.UniqueConstraint(
                fields=["incident", "kind"],
                condition=Q(finished_at__isnull=True, superseded_at__isnull=True),
                name="look_back_one_open",
            ),
            models.CheckConstraint(name="look_back_kind_known", condition=Q(kind__in=Look.values)),
            models.CheckConstraint(
                name="look_back_finished_by_somebody",
                condition=Q(finished_at__isnull=True, finished_by__isnull=True)
                | Q(
                    finished_at__isnull=False,
                    finished_by__isnull=False,
                    superseded_at__isnull=True,
                ),
            ),
        ]
        indexes = [
            models.Index(
                name="look_back_due",
                fields=["due_at"],
                condition=Q(finished_at__isnull=True, superseded_at__isnull=True),
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="look_back_as_made", fields=["id", "incident", "closing", "kind", "due_at"]
            ),
            pgtrigger.Protect(
                name="look_back_finished_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__finished_at__isnull=False)
                | pgtrigger.Q(old__superseded_at__isnull=False),
            ),
            pgtrigger.Protect(name="look_back_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.incident.reference}"

    @property
    def is_open(self) -> bool:
        return self.finished_at is None and self.superseded_at is None

    @property
    def was_late(self) -> bool:
        return self.finished_at is not None and self.finished_at > self.due_at

    def get_absolute_url(self) -> str:
        """Where it is written and read."""
        page = reverse("retro-of", args=[self.incident_id, self.closing.number])
        return f"{page}#{self.kind}"


class Answer(models.Model):
    """One answer, with the backlog item that it became or the reason why it became none.

    Written when its review or retro is finished, and never changed.
    """

    look = models.ForeignKey(LookBack, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=9, choices=Question)
    text = models.TextField(max_length=2000)
    item = models.ForeignKey(
        "retros.BacklogItem",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="answers",
    )
    why_not = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["look", "question"], name="answer_once"),
            models.CheckConstraint(name="answer_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="answer_of_review_is_followed_up",
                condition=~Q(question__in=[str(question) for question in QUESTIONS[Look.REVIEW]])
                | Q(item__isnull=False, why_not="")
                | (Q(item__isnull=True) & ~Q(why_not="")),
            ),
            models.CheckConstraint(
                name="answer_of_retro_is_followed_up",
                condition=~Q(question=Question.PROPOSAL) | Q(item__isnull=False, why_not=""),
            ),
        ]
        triggers = [
            *append_only("answer_is_final"),
            pgtrigger.Trigger(
                name="answer_before_the_end",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM retros_lookback WHERE id = NEW.look_id
                        AND (finished_at IS NOT NULL OR superseded_at IS NOT NULL)
                    ) THEN RAISE EXCEPTION 'it is finished: add a later thought'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_question_display()} {self.text}"


class Addendum(models.Model):
    """A later thought on a finished review or retro. Never changed."""

    look = models.ForeignKey(LookBack, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField(max_length=2000)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "addenda"
        constraints = [models.CheckConstraint(name="addendum_has_text", condition=~Q(text=""))]
        triggers = append_only("addendum_is_final")

    def __str__(self) -> str:
        return f"Later thought on the {self.look}"


class LookBackDraft(Draft):
    """What an author has typed of a review or retro so far."""

    look = models.ForeignKey(LookBack, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey("incidents.Person", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["look", "author"], name="look_back_draft_once")
        ]

    def __str__(self) -> str:
        return f"Draft of {self.author}"

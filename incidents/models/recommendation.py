from datetime import datetime

import pgtrigger
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q
from django.urls import reverse

from incidents.models.author import Authored
from incidents.models.named_option import NamedOption, own_option_complete
from incidents.models.protection import append_only, no_truncate
from incidents.vocabulary import LaneKind, Reach, RecommendationState
from kernel.actor import ActorKind

_SCORE = [MinValueValidator(1), MaxValueValidator(5)]


def _scored(*names: str) -> Q:
    """Every named score is from 1 to 5, or not given."""
    condition = Q()
    for name in names:
        condition &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (1, 5)})
    return condition


_NOT_CLOSED = (RecommendationState.OPEN, RecommendationState.PROPOSED)
_UNADOPTED = (RecommendationState.PROPOSED, RecommendationState.DECLINED)
_COUNTED = (
    RecommendationState.OPEN,
    RecommendationState.CHOSEN,
    RecommendationState.PASSED_OVER,
)


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def open(self) -> "RecommendationQuerySet":
        return self.filter(state=RecommendationState.OPEN)

    def with_stated(self, until: datetime | None = None) -> "RecommendationQuerySet":
        """Each with ``stated``: the keys of those that its owner says go together with it.

        As it was ``until`` a moment, else as it is now.
        """
        rows = TogetherStatement.objects.filter(recommendation=OuterRef("pk"))
        in_force = Q(withdrawn_at=None)
        if until is not None:
            rows = rows.filter(stated_at__lte=until)
            in_force |= Q(withdrawn_at__gt=until)
        return self.annotate(stated=ArraySubquery(rows.filter(in_force).values("other")))


class Recommendation(NamedOption, Authored):
    """One owner's proposal before a decision, R-1, R-2 … Each owner has one open at a time.

    Or a participant's to a lane that they do not own (``proposed``): it counts as the owner's who
    adopted it, and as nobody's until then.

    ``reversibility`` 1 (hard to undo) to 5 (undone at once), ``blast_radius`` 1 (little can get
    worse) to 5 (much can), as the author scores them. ``reach`` is that of an own option, else "".
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="recommendations"
    )
    number = models.PositiveIntegerField()
    lane = models.CharField(max_length=13, choices=LaneKind)
    reach = models.CharField(max_length=10, choices=Reach, blank=True)
    reasons = models.TextField()
    reversibility = models.PositiveSmallIntegerField(validators=_SCORE)
    blast_radius = models.PositiveSmallIntegerField(validators=_SCORE)
    evidence = models.ManyToManyField("incidents.Evidence", related_name="recommended_by")
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=11, choices=RecommendationState, default=RecommendationState.OPEN
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.CharField(max_length=300, blank=True)
    proposed = models.BooleanField(default=False)
    adopted_by = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    adopted_at = models.DateTimeField(null=True, blank=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "number"], name="recommendation_number_once"
            ),
            models.UniqueConstraint(
                fields=["incident", "actor_kind", "actor", "lane"],
                condition=Q(state=RecommendationState.OPEN),
                name="recommendation_one_open",
            ),
            models.UniqueConstraint(
                fields=["incident", "actor_kind", "actor", "lane"],
                condition=Q(state=RecommendationState.PROPOSED),
                name="recommendation_one_proposed",
            ),
            models.CheckConstraint(
                name="recommendation_counts_once_adopted",
                condition=(
                    Q(proposed=False, adopted_at__isnull=True, adopted_by__isnull=True)
                    & ~Q(state__in=_UNADOPTED)
                )
                | (
                    Q(proposed=True, adopted_at__isnull=True, adopted_by__isnull=True)
                    & ~Q(state__in=_COUNTED)
                )
                | (
                    Q(proposed=True, adopted_at__isnull=False, adopted_by__isnull=False)
                    & ~Q(state__in=_UNADOPTED)
                ),
            ),
            models.CheckConstraint(
                name="recommendation_scored", condition=_scored("reversibility", "blast_radius")
            ),
            own_option_complete("recommendation_own_option_complete"),
            models.CheckConstraint(name="recommendation_reasoned", condition=~Q(reasons="")),
            models.CheckConstraint(
                name="recommendation_closed_with_time",
                condition=Q(state__in=_NOT_CLOSED, closed_at__isnull=True)
                | (~Q(state__in=_NOT_CLOSED) & Q(closed_at__isnull=False)),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="recommendation_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="recommendation_immutable",
                exclude=["state", "closed_at", "closing_reason", "adopted_by", "adopted_at"],
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        return f"R-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == RecommendationState.OPEN

    @property
    def is_waiting(self) -> bool:
        """Whether the owner of its lane has still to adopt or decline it."""
        return self.state == RecommendationState.PROPOSED

    @property
    def owner(self) -> tuple[str, int | None]:
        """As whose it counts: where two differ, their owners contradict each other."""
        if self.adopted_by_id is not None:
            return (ActorKind.PERSON.value, self.adopted_by_id)
        return (self.actor_kind, self.actor_id)

    @property
    def owner_name(self) -> str:
        return str(self.adopted_by) if self.adopted_by else self.actor_name

    def get_absolute_url(self) -> str:
        return reverse("recommendation", args=[self.incident_id, self.number])


class RecommendedOn(Recommendation.evidence.through):  # type: ignore[name-defined, misc]
    """The evidence under a recommendation: written with it, and as final."""

    class Meta:
        proxy = True
        triggers = append_only("recommended_on_is_final")


class TogetherStatement(Authored):
    """The owner of ``recommendation`` says that it goes together with ``other``.

    They go together once both owners say so, until one takes it back.
    """

    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="together_statements"
    )
    other = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    stated_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["stated_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recommendation", "other"],
                condition=Q(withdrawn_at__isnull=True),
                name="together_stated_once",
            ),
            models.CheckConstraint(
                name="together_with_another", condition=~Q(recommendation=F("other"))
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="together_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="together_as_stated", exclude=["withdrawn_at"]),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation.reference} goes together with {self.other.reference}"


class ContradictionQuerySet(models.QuerySet["Contradiction"]):
    def open(self) -> "ContradictionQuerySet":
        return self.filter(closed_at__isnull=True)


class Contradiction(models.Model):
    """Open recommendations of different owners that ask for different things, X-1, X-2 …

    Other options, or other targets under one, unless both owners say that they go together. It ends
    with the decision that resolves it, or without one when the owners come to agree.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="contradictions"
    )
    number = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    decision = models.OneToOneField(
        "incidents.Decision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contradiction",
    )
    closing_reason = models.TextField(blank=True)
    evidence = models.ManyToManyField("incidents.Evidence", related_name="disproves")

    objects = ContradictionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "number"], name="contradiction_number_once"
            ),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(closed_at__isnull=True),
                name="contradiction_one_open",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="contradiction_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="contradiction_as_opened", fields=["incident", "number", "opened_at"]
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} of {self.incident.reference}"

    @property
    def reference(self) -> str:
        return f"X-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Disproof(Contradiction.evidence.through):  # type: ignore[name-defined, misc]
    """The evidence against the side that was more reversible: final."""

    class Meta:
        proxy = True
        triggers = append_only("disproof_is_final")


class Side(models.Model):
    """One recommendation of a contradiction, with the commander's scores beside the author's."""

    contradiction = models.ForeignKey(Contradiction, on_delete=models.PROTECT, related_name="sides")
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="sides"
    )
    joined_at = models.DateTimeField()
    reversibility = models.PositiveSmallIntegerField(null=True, blank=True, validators=_SCORE)
    blast_radius = models.PositiveSmallIntegerField(null=True, blank=True, validators=_SCORE)
    chosen = models.BooleanField(default=False)

    class Meta:
        ordering = ["recommendation__number"]
        constraints = [
            models.UniqueConstraint(fields=["contradiction", "recommendation"], name="side_once"),
            models.CheckConstraint(
                name="side_scored", condition=_scored("reversibility", "blast_radius")
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="side_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="side_as_joined", fields=["contradiction", "recommendation", "joined_at"]
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation.reference} in {self.contradiction.reference}"

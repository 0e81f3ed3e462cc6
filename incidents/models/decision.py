import pgtrigger
from django.db import models
from django.urls import reverse

from incidents.models.author import Authored
from incidents.models.draft import Draft
from incidents.models.named_option import NamedOption, own_option_complete
from incidents.models.protection import append_only, no_truncate
from incidents.vocabulary import Choice, Confidence, Option, Reach, Severity


class Decision(NamedOption, Authored):
    """A Checkpoint Decision Record (playbook, "War-room artifact bundle"), D-1, D-2 …

    Where somebody acted first, the decision exists from the act on and its record is ``owed``: the
    statements are blank and ``checkpoint`` is the one at which the record is due. Completing it
    sets ``recorded_at`` and makes it final.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="decisions"
    )
    number = models.PositiveIntegerField()
    checkpoint = models.OneToOneField(
        "incidents.Checkpoint", on_delete=models.PROTECT, related_name="decision"
    )
    decided_at = models.DateTimeField()
    severity = models.CharField(max_length=1, choices=Severity)
    commander = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    scope = models.TextField()
    evidence = models.ManyToManyField("incidents.Evidence", related_name="cited_by")
    risks = models.ManyToManyField("incidents.Risk", related_name="cited_by")
    next_action = models.CharField(max_length=300)
    deadline = models.DateTimeField()
    next_checkpoint = models.OneToOneField(
        "incidents.Checkpoint", on_delete=models.PROTECT, related_name="set_by"
    )
    choice = models.CharField(max_length=8, choices=Choice)
    reach = models.CharField(max_length=10, choices=Reach)
    why_now = models.TextField()
    reversibility = models.TextField()
    blast_radius = models.TextField()
    verification = models.TextField()
    confidence = models.CharField(max_length=1, choices=Confidence)
    executor = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    verifier = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    deviation_reason = models.TextField(blank=True)
    override_reason = models.TextField(blank=True)
    acted_first = models.BooleanField("acted on before its record", default=False)
    owed = models.BooleanField("its record is owed", default=False)
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="decision_number_once"),
            models.CheckConstraint(
                name="decision_statements_written",
                condition=models.Q(owed=True)
                | (
                    ~models.Q(reversibility="")
                    & ~models.Q(blast_radius="")
                    & ~models.Q(verification="")
                    & ~models.Q(scope="")
                ),
            ),
            models.CheckConstraint(
                name="decision_owed_only_after_an_act",
                condition=models.Q(acted_first=True)
                | models.Q(owed=False, recorded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="decision_owed_until_recorded",
                condition=models.Q(acted_first=False)
                | models.Q(owed=True, recorded_at__isnull=True)
                | models.Q(owed=False, recorded_at__isnull=False),
            ),
            own_option_complete("decision_own_option_complete"),
            models.CheckConstraint(
                name="decision_deadline_ahead",
                condition=models.Q(deadline__gt=models.F("decided_at")),
            ),
            models.CheckConstraint(
                name="decision_sev1_two_people",
                condition=~models.Q(severity=Severity.SEV1)
                | ~models.Q(executor=models.F("verifier"))
                | models.Q(owed=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="decided_stays", operation=pgtrigger.Delete),
            # An owed record is completed once, and is final from then on.
            pgtrigger.Protect(
                name="decided_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__owed=False) | pgtrigger.Q(new__owed=True),
            ),
            pgtrigger.ReadOnly(
                name="act_is_final",
                fields=[
                    *("incident", "number", "checkpoint", "decided_at", "option"),
                    *("option_detail", "reach", "executor", "acted_first"),
                    *("own_name", "own_reach_reason", "nearest_step"),
                ],
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} of {self.incident.reference}"

    @property
    def reference(self) -> str:
        return f"D-{self.number}"

    @property
    def is_undecided(self) -> bool:
        """It was done before anybody decided it, and could not simply be undone."""
        return self.acted_first and self.reach != Reach.REVERSIBLE

    def get_absolute_url(self) -> str:
        return reverse("decision", args=[self.incident_id, self.number])


class CitedEvidence(Decision.evidence.through):  # type: ignore[name-defined, misc]
    """The evidence that a decision cites: written with it, and as final."""

    class Meta:
        proxy = True
        triggers = append_only("cited_is_final")


class CitedRisk(Decision.risks.through):  # type: ignore[name-defined, misc]
    """The risks that a decision names: written with it, and as final."""

    class Meta:
        proxy = True
        triggers = append_only("risk_cited_is_final")


class RejectedOption(models.Model):
    """Why an option was not taken: one of the ladder, or one beside it, which has a ``name``."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="rejected")
    option = models.CharField(max_length=12, choices=Option)
    name = models.CharField(max_length=120, blank=True)
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "option", "name"], name="rejected_option_once"
            ),
            models.CheckConstraint(
                name="rejected_own_named",
                condition=models.Q(option=Option.OWN) & ~models.Q(name="")
                | ~models.Q(option=Option.OWN) & models.Q(name=""),
            ),
            models.CheckConstraint(name="rejected_with_reason", condition=~models.Q(reason="")),
        ]
        triggers = append_only("rejected_is_final")

    def __str__(self) -> str:
        return f"{self.label}: {self.reason}"

    @property
    def label(self) -> str:
        return self.name or str(Option(self.option).label)


class DecisionDraft(Draft):
    """What an author has typed for a checkpoint so far."""

    checkpoint = models.ForeignKey(
        "incidents.Checkpoint", on_delete=models.CASCADE, related_name="drafts"
    )
    author = models.ForeignKey("incidents.Person", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "author"], name="draft_one_an_author")
        ]

    def __str__(self) -> str:
        return f"draft of {self.author} for CP-{self.checkpoint.number}"

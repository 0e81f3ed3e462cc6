from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import F, Q

from incidents.models.protection import append_only, no_truncate
from incidents.vocabulary import UNFINISHED, ExecutionRole, ExecutionState, SignRole

if TYPE_CHECKING:
    from incidents.models.person import Person


class Execution(models.Model):
    """The progress of a decision, whose own record never changes.

    ``mitigates`` is false for a decision that only holds. ``proof`` shows that it was done,
    ``run`` is the verification run that was called verified or failed.
    """

    decision = models.OneToOneField(
        "incidents.Decision", primary_key=True, on_delete=models.PROTECT, related_name="execution"
    )
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="executions"
    )
    state = models.CharField(max_length=10, choices=ExecutionState)
    mitigates = models.BooleanField()
    dual = models.BooleanField("needs two signatures", default=False)
    dual_since = models.DateTimeField(
        null=True, blank=True, help_text="Where two came to be required after it was decided."
    )
    acted_first = models.BooleanField("acted on before it was decided", default=False)
    beside_reason = models.TextField(
        blank=True, help_text="Why it cannot work against the mitigation that runs beside it."
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_noted_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was recorded, where another time was typed."
    )
    proof = models.ManyToManyField("incidents.Evidence", related_name="proves")
    judged_at = models.DateTimeField(null=True, blank=True)
    run = models.ForeignKey(
        "incidents.Evidence", null=True, blank=True, on_delete=models.PROTECT, related_name="judges"
    )
    finding = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(blank=True)
    new_executor = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    new_verifier = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    superseded_by = models.ForeignKey(
        "incidents.Decision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supersedes",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(mitigates=True, state__in=UNFINISHED, beside_reason=""),
                name="execution_one_mitigation",
                violation_error_message="Another mitigation is unfinished.",
            ),
            models.CheckConstraint(
                name="execution_state_known", condition=Q(state__in=ExecutionState.values)
            ),
            models.CheckConstraint(
                name="execution_signed_before_started",
                condition=Q(dual=False)
                | Q(acted_first=True)
                | Q(dual_since__isnull=False, dual_since__gte=F("started_at"))
                | Q(started_at__isnull=True)
                | Q(signed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="execution_pending_means_unsigned",
                condition=~Q(state=ExecutionState.PENDING)
                | Q(dual=True, signed_at__isnull=True, started_at__isnull=True),
            ),
            models.CheckConstraint(
                name="execution_times_match_state",
                condition=Q(
                    state__in=[
                        ExecutionState.PENDING,
                        ExecutionState.DECIDED,
                        ExecutionState.SUPERSEDED,
                        ExecutionState.WITHDRAWN,
                    ]
                )
                | Q(state=ExecutionState.STARTED, started_at__isnull=False, done_at__isnull=True)
                | Q(state=ExecutionState.DONE, done_at__isnull=False, judged_at__isnull=True)
                | Q(
                    state__in=[ExecutionState.VERIFIED, ExecutionState.FAILED],
                    done_at__isnull=False,
                    judged_at__isnull=False,
                    run__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="execution_done_before_noted",
                condition=Q(done_noted_at__isnull=True) | Q(done_noted_at__gte=F("done_at")),
            ),
            models.CheckConstraint(
                name="execution_ended_with_reason",
                condition=~Q(state__in=[ExecutionState.SUPERSEDED, ExecutionState.WITHDRAWN])
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="execution_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.decision.reference}: {ExecutionState(self.state).label}"

    @property
    def executor(self) -> "Person":
        """Who executes it now: who was named last, else who the decision names."""
        return self.new_executor or self.decision.executor

    @property
    def verifier(self) -> "Person":
        return self.new_verifier or self.decision.verifier

    @property
    def executor_id(self) -> int:
        return self.new_executor_id or self.decision.executor_id

    @property
    def verifier_id(self) -> int:
        return self.new_verifier_id or self.decision.verifier_id

    def holder(self, role: ExecutionRole) -> "Person":
        return self.executor if role == ExecutionRole.EXECUTOR else self.verifier

    def put_holder(self, role: ExecutionRole, person: "Person") -> None:
        """Store who does it now; its ``Replacement`` is the record of it."""
        column = f"new_{role.value}"
        setattr(self, column, person)
        self.save(update_fields=[column])

    def holder_at(self, role: ExecutionRole, at: datetime | None) -> "Person":
        """Who did it at a time. No query where nobody was replaced."""
        replaced = self.new_executor_id if role == ExecutionRole.EXECUTOR else self.new_verifier_id
        if at is None or not replaced:
            return self.holder(role)
        later = self.decision.replacements.filter(role=role, at__gt=at).select_related("before")
        following = later.first()
        return following.before if following else self.holder(role)

    @property
    def done_known_at(self) -> datetime | None:
        """Since when the record says that it is done."""
        return self.done_noted_at or self.done_at

    @property
    def is_done_noted_later(self) -> bool:
        """By more than a minute: then both times are shown."""
        if self.done_at is None or self.done_noted_at is None:
            return False
        return self.done_noted_at - self.done_at > timedelta(minutes=1)

    @property
    def started_by(self) -> "Person":
        return self.holder_at(ExecutionRole.EXECUTOR, self.started_at)

    @property
    def signs_afterwards(self) -> bool:
        """It began before two had to sign it: their signatures are owed, and stop nothing."""
        if self.acted_first:
            return True
        if self.dual_since is None or self.started_at is None:
            return False
        return self.dual_since >= self.started_at

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_pending(self) -> bool:
        return self.state == ExecutionState.PENDING


class Proof(Execution.proof.through):  # type: ignore[name-defined, misc]
    """The evidence that a decision was executed: final."""

    class Meta:
        proxy = True
        triggers = append_only("proof_is_final")


class Signature(models.Model):
    """One of the two signatures under a decision (``D-DUAL``), bound to what was signed.

    ``content_hash`` is the hash of the record as the signer saw it: when the record no longer
    has that hash, the signature does not count.
    """

    decision = models.ForeignKey(
        "incidents.Decision", on_delete=models.PROTECT, related_name="signatures"
    )
    role = models.CharField(max_length=10, choices=SignRole)
    person = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "role", "content_hash"], name="signature_once_a_role"
            ),
            models.UniqueConstraint(
                fields=["decision", "person", "content_hash"], name="signature_two_people"
            ),
        ]
        triggers = append_only("signature_immutable")

    def __str__(self) -> str:
        return f"{self.person} as {SignRole(self.role).label}"

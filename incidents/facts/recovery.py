"""The verification runs of an incident, and whether they show that it is well."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from incidents.facts.incident import IncidentFacts
from incidents.models import Execution
from incidents.rules.recovery import SteadyRuns, VerificationRun, steady_runs
from incidents.vocabulary import EvidenceKind, ExecutionState, LaneKind, Purpose, RoleName
from kernel.actor import ActorKind

_SHOWS_RESULT = Q(kind=EvidenceKind.COMMAND, exit_code__isnull=False) | (
    Q(kind=EvidenceKind.CHECK) & (~Q(text="") | ~Q(file_name=""))
)


def verification_runs(facts: IncidentFacts) -> QuerySet[Any]:
    """Each with ``shows_result``, a command or check with its result, and ``is_chosen``, captured
    by who verifies, or confirmed or judged by them."""
    owner = facts.holder(RoleName.LANE_OWNER, LaneKind.VERIFICATION)
    verifiers = {
        decision.execution.verifier_id
        for decision in facts.decisions
        if decision.execution.state != ExecutionState.WITHDRAWN
    }
    if owner is not None:
        verifiers.add(owner.pk)
    judged = Exists(Execution.objects.filter(run=OuterRef("pk")))
    captured = Q(actor_kind=ActorKind.PERSON, actor__in=verifiers)
    confirmed = Q(confirmation__isnull=False)
    rows = facts.incident.evidence.filter(purpose=Purpose.VERIFICATION).defer("text")
    return rows.annotate(
        shows_result=Case(When(_SHOWS_RESULT, then=True), default=False),
        is_chosen=Case(When(captured | judged | confirmed, then=True), default=False),
    )


def read_steady_runs(facts: IncidentFacts, since: datetime | None) -> SteadyRuns | None:
    """One query. ``since`` is when the incident was opened again last."""
    rows = (
        verification_runs(facts)
        .order_by("number")
        .only("incident", "number", "started_at", "captured_at", "exit_code", "size")
    )
    runs = [
        VerificationRun(
            row.number,
            min(row.started_at or row.captured_at, row.captured_at),
            row.captured_at,
            row.succeeded,
            row.shows_result and row.is_chosen and row.has_content,
        )
        for row in rows
    ]
    return steady_runs(runs, since)

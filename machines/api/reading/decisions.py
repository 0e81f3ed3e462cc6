"""Checkpoints, what was recommended for them, and what was decided."""

from typing import Any

from django.db.models import F, Prefetch
from ninja import Query, Router, Schema

from incidents.facts.amendments import amendments_about
from incidents.facts.signed_record import content_hash
from incidents.models import (
    Checkpoint,
    Contradiction,
    Decision,
    Execution,
    Recommendation,
    Side,
    Signature,
)
from incidents.vocabulary import (
    Choice,
    Confidence,
    ExecutionState,
    LaneKind,
    Option,
    Reach,
    RecommendationState,
    Severity,
    SignRole,
)
from machines.api.doors import TokenRequest, reads
from machines.api.paging import PageQuery, page_of
from machines.api.reading.answers import (
    PersonName,
    answers,
    author_of,
    cited,
    link_to,
    numbered,
    person_name,
    reference_to,
    references_to,
)
from machines.api.schemas import Author, Page, Reference, datetime

router = Router(tags=["Decisions"])

AT = "/incidents/{int:number}"


class CheckpointRow(Schema):
    """A decision point. ``decision`` is the number of what it ended in, if it did."""

    reference: str
    number: int
    purpose: str
    scheduled_at: datetime
    due_at: datetime
    decided_at: datetime | None
    missed_at: datetime | None
    lifted_at: datetime | None
    lift_reason: str
    decision: int | None
    link: str


class RecommendationRow(Schema):
    """One owner's proposal. ``owner`` is as whose it counts, ``reach`` that of an own option."""

    reference: str
    number: int
    lane: LaneKind
    state: RecommendationState
    option: Option
    title: str
    reach: Reach | None
    reasons: str
    reversibility: int
    blast_radius: int
    evidence: list[Reference]
    author: Author
    owner: str
    is_proposed: bool
    made_at: datetime
    closed_at: datetime | None
    closing_reason: str
    link: str


class SideRow(Schema):
    """One recommendation of a contradiction, with the commander's scores."""

    recommendation: Reference
    title: str
    owner: str
    reversibility: int | None
    blast_radius: int | None
    is_chosen: bool


class ContradictionRow(Schema):
    """Recommendations that cannot both be done. ``decision`` is the number of what resolved it."""

    reference: str
    number: int
    opened_at: datetime
    closed_at: datetime | None
    closing_reason: str
    decision: int | None
    sides: list[SideRow]
    evidence: list[Reference]


class DecisionRow(Schema):
    """A decision in a list. ``is_owed``: it was done first, and its record is still owed."""

    reference: str
    number: int
    title: str
    option: Option
    choice: Choice
    reach: Reach
    confidence: Confidence
    severity: Severity
    state: ExecutionState
    decided_at: datetime
    deadline: datetime
    executor: PersonName
    verifier: PersonName
    acted_first: bool
    is_owed: bool
    link: str


class RejectedRow(Schema):
    option: Option
    label: str
    reason: str


class CitedRisk(Schema):
    reference: str
    text: str


class SignatureRow(Schema):
    """``counts`` is false where the record is not as it was signed."""

    role: SignRole
    person: PersonName
    signed_at: datetime
    counts: bool


class ExecutionRecord(Schema):
    """How far a decision came, and by which evidence."""

    state: ExecutionState
    mitigates: bool
    needs_two_signatures: bool
    beside_reason: str
    signed_at: datetime | None
    started_at: datetime | None
    done_at: datetime | None
    proof: list[Reference]
    judged_at: datetime | None
    run: Reference | None
    finding: str
    ended_at: datetime | None
    end_reason: str
    superseded_by: Reference | None


class TextCorrection(Schema):
    """A later correction of one text of the record; the record itself never changes."""

    seq: int
    at: datetime
    author: Author
    label: str
    text: str


class DecisionRecord(DecisionRow):
    """The whole Checkpoint Decision Record."""

    checkpoint: Reference
    next_checkpoint: Reference
    commander: PersonName
    option_detail: str
    own_name: str
    own_reach_reason: str
    nearest_step: str
    scope: str
    next_action: str
    why_now: str
    reversibility: str
    blast_radius: str
    verification: str
    deviation_reason: str
    override_reason: str
    author: Author
    recorded_at: datetime | None
    rejected: list[RejectedRow]
    evidence: list[Reference]
    risks: list[CitedRisk]
    execution: ExecutionRecord
    signatures: list[SignatureRow]
    corrections: list[TextCorrection]


@router.get(f"{AT}/checkpoints", response=answers(Page[CheckpointRow]), operation_id="checkpoints")
@reads("room.view")
def checkpoints(
    request: TokenRequest, number: int, wanted: Query[PageQuery]
) -> Page[CheckpointRow]:
    """The checkpoints, the newest first."""
    rows = Checkpoint.objects.filter(incident=request.incident)
    return page_of(rows.annotate(decision_number=F("decision__number")), wanted, _checkpoint)


@router.get(
    f"{AT}/recommendations",
    response=answers(Page[RecommendationRow]),
    operation_id="recommendations",
)
@reads("room.view")
def recommendations(
    request: TokenRequest, number: int, wanted: Query[PageQuery]
) -> Page[RecommendationRow]:
    """The recommendations, the newest first."""
    rows = Recommendation.objects.filter(incident=request.incident)
    rows = rows.select_related("adopted_by").prefetch_related(cited())
    return page_of(rows, wanted, recommendation_row)


@router.get(
    f"{AT}/contradictions",
    response=answers(Page[ContradictionRow]),
    operation_id="contradictions",
)
@reads("room.view")
def contradictions(
    request: TokenRequest, number: int, wanted: Query[PageQuery]
) -> Page[ContradictionRow]:
    """The contradictions, the newest first."""
    sides = Side.objects.select_related("recommendation__adopted_by")
    rows = Contradiction.objects.filter(incident=request.incident)
    rows = rows.annotate(decision_number=F("decision__number"))
    rows = rows.prefetch_related(Prefetch("sides", sides), cited())
    return page_of(rows, wanted, _contradiction)


@router.get(f"{AT}/decisions", response=answers(Page[DecisionRow]), operation_id="decisions")
@reads("room.view")
def decisions(request: TokenRequest, number: int, wanted: Query[PageQuery]) -> Page[DecisionRow]:
    """The decisions, the newest first."""
    rows = Decision.objects.filter(incident=request.incident).select_related(*_HOLDERS)
    return page_of(rows, wanted, decision_row)


@router.get(
    f"{AT}/decisions/{{int:decision}}", response=answers(DecisionRecord), operation_id="decision"
)
@reads("room.view")
def decision(request: TokenRequest, number: int, decision: int) -> DecisionRecord:
    """One decision: its record, how far it came, who signed, and what was corrected."""
    return decision_record(numbered(_whole(), decision, "D-", request.incident))


_HOLDERS = ("executor", "verifier", "execution__new_executor", "execution__new_verifier")


def _whole() -> Any:
    rows = Decision.objects.select_related(
        *_HOLDERS,
        *("incident", "commander", "checkpoint", "next_checkpoint"),
        *("execution__run", "execution__superseded_by"),
    )
    return rows.defer("execution__run__text").prefetch_related(
        cited(), Prefetch("execution__proof", cited().queryset), "risks", "rejected"
    )


def _checkpoint(row: Any) -> CheckpointRow:
    names = ("reference", "number", "purpose", "scheduled_at", "due_at", "decided_at")
    more = ("missed_at", "lifted_at", "lift_reason")
    return CheckpointRow(
        **{name: getattr(row, name) for name in (*names, *more)},
        decision=row.decision_number,
        link=link_to(row.get_absolute_url()),
    )


def recommendation_row(row: Recommendation) -> RecommendationRow:
    names = ("reference", "number", "lane", "state", "option", "title", "reasons", "reversibility")
    more = ("blast_radius", "made_at", "closed_at", "closing_reason")
    return RecommendationRow(
        **{name: getattr(row, name) for name in (*names, *more)},
        reach=Reach(row.reach) if row.reach else None,
        evidence=references_to(row.evidence.all()),
        author=author_of(row),
        owner=row.owner_name,
        is_proposed=row.proposed,
        link=link_to(row.get_absolute_url()),
    )


def _contradiction(row: Any) -> ContradictionRow:
    names = ("reference", "number", "opened_at", "closed_at", "closing_reason")
    return ContradictionRow(
        **{name: getattr(row, name) for name in names},
        decision=row.decision_number,
        sides=[_side(side) for side in row.sides.all()],
        evidence=references_to(row.evidence.all()),
    )


def _side(row: Side) -> SideRow:
    return SideRow(
        recommendation=reference_to(row.recommendation),
        title=row.recommendation.title,
        owner=row.recommendation.owner_name,
        reversibility=row.reversibility,
        blast_radius=row.blast_radius,
        is_chosen=row.chosen,
    )


def decision_row(row: Decision) -> DecisionRow:
    return DecisionRow(**_columns(row))


def _columns(row: Decision) -> dict[str, Any]:
    names = ("reference", "number", "title", "option", "choice", "reach", "confidence", "severity")
    more = ("decided_at", "deadline", "acted_first")
    return {
        **{name: getattr(row, name) for name in (*names, *more)},
        "state": row.execution.state,
        "executor": person_name(row.execution.executor),
        "verifier": person_name(row.execution.verifier),
        "is_owed": row.owed,
        "link": link_to(row.get_absolute_url()),
    }


_TEXTS = (
    *("option_detail", "own_name", "own_reach_reason", "nearest_step", "scope", "next_action"),
    *("why_now", "reversibility", "blast_radius", "verification", "deviation_reason"),
    *("override_reason", "recorded_at"),
)


def decision_record(row: Decision) -> DecisionRecord:
    """Of a decision that was read with all that its record shows."""
    return DecisionRecord(
        **_columns(row),
        **{name: getattr(row, name) for name in _TEXTS},
        checkpoint=reference_to(row.checkpoint),
        next_checkpoint=reference_to(row.next_checkpoint),
        commander=person_name(row.commander),
        author=author_of(row),
        rejected=[
            RejectedRow(option=Option(one.option), label=one.label, reason=one.reason)
            for one in row.rejected.all()
        ],
        evidence=references_to(row.evidence.all()),
        risks=[CitedRisk(reference=risk.reference, text=risk.text) for risk in row.risks.all()],
        execution=_execution(row.execution),
        signatures=_signatures(row),
        corrections=[
            TextCorrection(
                seq=entry.seq,
                at=entry.at,
                author=Author(
                    kind=entry.actor_kind, name=entry.actor_name, via=entry.data.get("via", "")
                ),
                label=entry.data["label"],
                text=entry.data["text"],
            )
            for entry in amendments_about(row.incident, row.reference)
        ],
    )


def _execution(row: Execution) -> ExecutionRecord:
    names = ("state", "mitigates", "beside_reason", "signed_at", "started_at", "done_at")
    more = ("judged_at", "finding", "ended_at", "end_reason")
    return ExecutionRecord(
        **{name: getattr(row, name) for name in (*names, *more)},
        needs_two_signatures=row.dual,
        proof=references_to(row.proof.all()),
        run=reference_to(row.run) if row.run else None,
        superseded_by=reference_to(row.superseded_by) if row.superseded_by else None,
    )


def _signatures(row: Decision) -> list[SignatureRow]:
    signatures = Signature.objects.filter(decision=row).select_related("person")
    as_signed = content_hash(row) if row.execution.dual else ""
    return [
        SignatureRow(
            role=SignRole(one.role),
            person=person_name(one.person),
            signed_at=one.signed_at,
            counts=one.content_hash == as_signed,
        )
        for one in signatures
    ]

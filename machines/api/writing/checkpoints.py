"""Checkpoints: scheduled, moved, cancelled, or ended by keeping course."""

from datetime import datetime

from ninja import Router
from pydantic import Field

from incidents.actions import checkpoints, course
from incidents.models import Checkpoint
from incidents.vocabulary import Confidence
from machines.api.doors import TokenRequest, writes
from machines.api.rules import TIME
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Numbers, Text, Time
from machines.api.writing.lookups import Lookups, call

router = Router(tags=["Checkpoints"])

_AT = "/incidents/{int:number}/checkpoints"


class CheckpointWritten(Written):
    number: int
    due_at: datetime
    purpose: str


class CheckpointBody(Body):
    """``purpose`` is what is to be decided."""

    due_at: Time
    purpose: Text = Field("", max_length=200)


@router.post(_AT, response=answers(CheckpointWritten), operation_id="schedule_checkpoint")
@writes("checkpoint.schedule")
def schedule(request: TokenRequest, number: int, payload: CheckpointBody) -> CheckpointWritten:
    """Commit to a decision point, within the time that the severity allows."""
    look = Lookups(request)
    due_at = look.ahead("due_at", payload.due_at)
    if not payload.due_at.strip():
        look.miss(TIME, "Say by when.", "due_at")
    look.refuse()
    assert due_at is not None
    purpose = payload.purpose
    row = checkpoints.schedule(
        request.actor, number, due_at=due_at, purpose=purpose, **call(request)
    )
    return _checkpoint(row)


class KeepCourseBody(Body):
    """``confidence`` is left out where it is as before."""

    looked_at: Text = Field("", max_length=300)
    evidence: Numbers = []
    next_due: Time = ""
    confidence: Confidence | None = None


@router.post(
    f"{_AT}/{{int:checkpoint}}/keep",
    response=answers(CheckpointWritten),
    operation_id="keep_course",
)
@writes("decision.decide")
def keep_course(
    request: TokenRequest, number: int, checkpoint: int, payload: KeepCourseBody
) -> CheckpointWritten:
    """End a checkpoint in one line: the last decision stands. Answers the next checkpoint."""
    look = Lookups(request)
    next_due = look.ahead("next_due", payload.next_due)
    look.refuse()
    kept = course.keep_course(
        request.actor,
        number,
        checkpoint,
        looked_at=payload.looked_at,
        evidence=payload.evidence,
        next_due=next_due,
        confidence=payload.confidence.value if payload.confidence else "",
        **call(request),
    )
    return _checkpoint(kept.next_checkpoint)


class MoveCheckpointBody(Body):
    due_at: Time = ""
    reason: Text = Field("", max_length=300)


@router.post(
    f"{_AT}/{{int:checkpoint}}/move",
    response=answers(CheckpointWritten),
    operation_id="move_checkpoint",
)
@writes("checkpoint.schedule")
def move(
    request: TokenRequest, number: int, checkpoint: int, payload: MoveCheckpointBody
) -> CheckpointWritten:
    """Put a checkpoint off or bring it forward. Answers the one in its place."""
    look = Lookups(request)
    due_at = look.ahead("due_at", payload.due_at)
    look.refuse()
    row = course.move(
        request.actor, number, checkpoint, due_at=due_at, reason=payload.reason, **call(request)
    )
    return _checkpoint(row)


class CancelCheckpointBody(Body):
    reason: Text = Field("", max_length=300)


@router.post(
    f"{_AT}/{{int:checkpoint}}/cancel",
    response=answers(CheckpointWritten),
    operation_id="cancel_checkpoint",
)
@writes("checkpoint.schedule")
def cancel(
    request: TokenRequest, number: int, checkpoint: int, payload: CancelCheckpointBody
) -> CheckpointWritten:
    """Give a checkpoint up, with a reason, while another one is ahead."""
    fields = payload.model_dump()
    return _checkpoint(course.cancel(request.actor, number, checkpoint, **fields, **call(request)))


def _checkpoint(row: Checkpoint) -> CheckpointWritten:
    return CheckpointWritten(
        **written(row).model_dump(), number=row.number, due_at=row.due_at, purpose=row.purpose
    )

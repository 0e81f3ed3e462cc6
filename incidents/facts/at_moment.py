"""Rows set back to a moment by their own times. None of them is ever saved."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from incidents.models import (
    Assignment,
    Branch,
    Checkpoint,
    Contradiction,
    Decision,
    Execution,
    Freeze,
    Recommendation,
    Risk,
    Side,
)
from incidents.vocabulary import BranchState, ExecutionRole, ExecutionState, RecommendationState


def _is_later(at: datetime | None, moment: datetime) -> bool:
    return at is not None and at > moment


def assignments(rows: Iterable[Assignment], moment: datetime) -> tuple[Assignment, ...]:
    past = tuple(row for row in rows if row.since <= moment)
    for row in past:
        if _is_later(row.until, moment):
            row.until = None
    return past


def checkpoint(row: Checkpoint, moment: datetime) -> Checkpoint:
    if _is_later(row.decided_at, moment):
        row.decided_at = None
    if _is_later(row.missed_at, moment):
        row.missed_at = None
    if _is_later(row.lifted_at, moment):
        row.lifted_at = None
    return row


def checkpoints(rows: Iterable[Checkpoint], moment: datetime) -> tuple[Checkpoint, ...]:
    return tuple(checkpoint(row, moment) for row in rows if row.scheduled_at <= moment)


def decisions(
    rows: Iterable[Decision], moment: datetime, owed: Mapping[str, Mapping[str, Any]]
) -> tuple[Decision, ...]:
    """``owed`` are the columns of records that were completed later, by reference."""
    past = tuple(row for row in rows if row.decided_at <= moment)
    for row in past:
        if _is_later(row.recorded_at, moment):
            _owe(row, owed.get(row.reference, {}))
        checkpoint(row.checkpoint, moment)
        checkpoint(row.next_checkpoint, moment)
        execution(row.execution, moment)
    return past


def _owe(row: Decision, columns: Mapping[str, Any]) -> None:
    """Undo the completing of a record: its statements were not written yet.

    Entries from before they had its ``columns`` leave who decided and the like as completed.
    """
    row.owed, row.recorded_at = True, None
    row.scope = row.reversibility = row.blast_radius = row.verification = ""
    row.deviation_reason = row.override_reason = ""
    for name, value in columns.items():
        setattr(row, name, Decision._meta.get_field(name).to_python(value))
    due = copy(row.checkpoint)
    due._state.fields_cache.clear()  # it is cached as the one that ended with this decision
    row.next_checkpoint = due


def execution(row: Execution, moment: datetime) -> Execution:
    """Undo later steps, the last one first; the state then follows from the remaining times."""
    for role in ExecutionRole:
        if getattr(row, f"new_{role.value}_id"):
            setattr(row, f"new_{role.value}", row.holder_at(role, moment))
    steps = (row.ended_at, row.judged_at, row.done_known_at, row.started_at, row.signed_at)
    if not any(_is_later(at, moment) for at in (*steps, row.dual_since)):
        return row
    if _is_later(row.ended_at, moment):
        row.ended_at, row.end_reason, row.superseded_by = None, "", None
    if _is_later(row.judged_at, moment):
        row.judged_at, row.run, row.finding = None, None, ""
    if _is_later(row.done_known_at, moment):
        row.done_at = row.done_noted_at = None
    if _is_later(row.started_at, moment):
        row.started_at = None
    if _is_later(row.signed_at, moment):
        row.signed_at = None
    if _is_later(row.dual_since, moment):
        row.dual, row.dual_since = False, None
    row.state = _reached(row)
    return row


def _reached(row: Execution) -> str:
    """The state of an execution that had not been judged or ended yet."""
    if row.done_at:
        return ExecutionState.DONE.value
    if row.started_at:
        return ExecutionState.STARTED.value
    waits = row.dual and not row.signed_at
    return (ExecutionState.PENDING if waits else ExecutionState.DECIDED).value


def recommendation(row: Recommendation, moment: datetime) -> Recommendation:
    if _is_later(row.adopted_at, moment):
        row.adopted_by = row.adopted_at = None
        row.state = RecommendationState.PROPOSED.value
    if _is_later(row.closed_at, moment):
        row.closed_at, row.closing_reason = None, ""
        waited = row.proposed and row.adopted_at is None
        state = RecommendationState.PROPOSED if waited else RecommendationState.OPEN
        row.state = state.value
    return row


def recommendations(rows: Iterable[Recommendation], moment: datetime) -> tuple[Recommendation, ...]:
    return tuple(recommendation(row, moment) for row in rows if row.made_at <= moment)


def contradiction(row: Contradiction, moment: datetime) -> Contradiction:
    if _is_later(row.closed_at, moment):
        row.closed_at, row.decision, row.closing_reason = None, None, ""
    return row


def sides(rows: Iterable[Side], moment: datetime) -> tuple[Side, ...]:
    """The commander's scores and choice are set when the contradiction ends, not before."""
    past = tuple(row for row in rows if row.joined_at <= moment)
    for row in past:
        if contradiction(row.contradiction, moment).is_open:
            row.reversibility, row.blast_radius, row.chosen = None, None, False
        recommendation(row.recommendation, moment)
    return past


def branches(rows: Iterable[Branch], moment: datetime) -> tuple[Branch, ...]:
    past = tuple(row for row in rows if row.opened_at <= moment)
    for row in past:
        if _is_later(row.ended_at, moment):
            row.state, row.ended_at, row.end_reason = BranchState.ACTIVE.value, None, ""
    return past


def freezes(rows: Iterable[Freeze], moment: datetime) -> tuple[Freeze, ...]:
    past = tuple(row for row in rows if row.since <= moment)
    for row in past:
        if _is_later(row.until, moment):
            row.until, row.lift_reason = None, ""
        if _is_later(row.kept_at, moment):
            row.kept_at, row.kept_by, row.kept_reason = None, None, ""
    return past


def risks(rows: Iterable[Risk], moment: datetime) -> tuple[Risk, ...]:
    past = tuple(row for row in rows if row.noted_at <= moment)
    for row in past:
        if _is_later(row.retired_at, moment):
            row.retired_at, row.retired_reason = None, ""
    return past

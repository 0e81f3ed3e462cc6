"""When the next checkpoint may lie, and what is wrong with those there are."""

from dataclasses import dataclass
from datetime import datetime

from incidents.rules.checkpoint_limits import deadline_problem, longest
from incidents.rules.wording import duration
from incidents.vocabulary import Status
from kernel.refusal import Violation


def schedule_violations(
    due_at: datetime | None, now: datetime, severity: str
) -> tuple[Violation, ...]:
    """``K-DUE``: strictly ahead, and no further away than the severity allows."""
    if due_at is None:
        return (Violation("K-DUE", "Say when the checkpoint is due.", "due_at"),)
    problem = deadline_problem("The checkpoint", due_at, now, severity)
    return (Violation("K-DUE", problem, "due_at"),) if problem else ()


@dataclass(frozen=True, slots=True)
class OpenCheckpoint:
    number: int
    due_at: datetime
    href: str = ""


@dataclass(frozen=True, slots=True)
class CheckpointFacts:
    """``open`` are the checkpoints without a decision; ``plan_href`` is where one is set."""

    now: datetime
    status: str
    severity: str
    open: tuple[OpenCheckpoint, ...]
    plan_href: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong until somebody acts: a head, a sentence, and where to act."""

    code: str
    label: str
    sentence: str
    href: str = ""


def faults(facts: CheckpointFacts) -> tuple[Fault, ...]:
    """Missed checkpoints, oldest first; or that there is no next one.

    Only an active incident has faults. A missed checkpoint still is the next one until its
    decision sets another, so the two are never shown together: one act mends it.
    """
    if facts.status != Status.ACTIVE:
        return ()
    if not facts.open:
        return (_no_next(facts),)
    missed = sorted(
        (one for one in facts.open if one.due_at <= facts.now),
        key=lambda one: (one.due_at, one.number),
    )
    return tuple(_missed(one, facts.now) for one in missed)


def _no_next(facts: CheckpointFacts) -> Fault:
    limit = longest(facts.severity)
    within = f" within {duration(limit)}" if limit else ""
    sentence = f"An active incident needs one: set it{within}."
    return Fault("K-NONE", "No next checkpoint", sentence, facts.plan_href)


def _missed(checkpoint: OpenCheckpoint, now: datetime) -> Fault:
    name = f"CP-{checkpoint.number}"
    late = (now - checkpoint.due_at).total_seconds() >= 60
    ago = f"{duration(now - checkpoint.due_at)} ago" if late else "just now"
    return Fault(
        "K-MISSED",
        f"{name} is overdue",
        f"{name} was due {ago} and has no decision: decide now.",
        checkpoint.href,
    )

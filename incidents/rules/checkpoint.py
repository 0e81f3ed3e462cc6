"""When the next checkpoint may lie, and what is wrong with the existing ones.

``K-DUE``: a checkpoint lies strictly ahead, and no further than the severity allows.
``K-DECIDED``: a checkpoint is decided once, and not after it was lifted at closing.
``K-NONE``: an active incident has a next checkpoint.
``K-MISSED``: a checkpoint is decided by the time it is due.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.checkpoint_limits import deadline_problem, max_deadline
from incidents.rules.wording import duration
from incidents.vocabulary import Status
from kernel.refusal import Violation

DECIDED_CODE = "K-DECIDED"

MISSED_AFTER = timedelta(minutes=5)
"""How long after its time an open checkpoint counts as missed: others may act then."""


def schedule_violations(
    due_at: datetime | None, now: datetime, severity: str
) -> tuple[Violation, ...]:
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
    """A problem that lasts until somebody acts: a heading, a sentence, and where to act."""

    code: str
    label: str
    sentence: str
    href: str = ""


def faults(facts: CheckpointFacts) -> tuple[Fault, ...]:
    """Missed checkpoints, oldest first; or that there is no next one.

    Only an active incident has faults. A missed checkpoint stays the next one until its decision
    sets another, so the two faults never appear together: a single decision clears either.
    """
    if facts.status != Status.ACTIVE:
        return ()
    if not facts.open:
        return (_no_next(facts),)
    missed = sorted(
        (checkpoint for checkpoint in facts.open if checkpoint.due_at <= facts.now),
        key=lambda checkpoint: (checkpoint.due_at, checkpoint.number),
    )
    return tuple(_missed(checkpoint, facts.now) for checkpoint in missed)


def lifted_violations(reference: str) -> tuple[Violation, ...]:
    """Deciding at a checkpoint that was lifted when its incident was closed."""
    sentence = f"{reference} was lifted at closing: decide at another one."
    return (Violation(DECIDED_CODE, sentence),)


def decided_violations(
    reference: str, author: str, decision: str, option: str, href: str
) -> tuple[Violation, ...]:
    """Deciding at a checkpoint that somebody else has decided meanwhile."""
    sentence = (
        f"{author} decided {reference} while you were writing: "
        f"{decision}, {option}. Your text is kept as your draft."
    )
    return (Violation(DECIDED_CODE, sentence, href=href),)


def _no_next(facts: CheckpointFacts) -> Fault:
    limit = max_deadline(facts.severity)
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

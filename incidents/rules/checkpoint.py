"""When the next checkpoint may lie, and what is wrong with the existing ones.

``K-DUE``: a checkpoint lies strictly ahead, and no further than the severity allows.
``K-DECIDED``: a checkpoint is decided once, and not after it was lifted at closing.
``K-COURSE``: course is kept on a decision that is in force, while nothing contradicts it.
``K-LOOKED``: keeping course says what was looked at, with evidence newer than the decision.
``K-LIFT``: a checkpoint is moved or cancelled with a reason, and one stays ahead.
``K-NONE``: an active incident has a next checkpoint.
``K-MISSED``: a checkpoint is decided by the time it is due.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.checkpoint_limits import deadline_problem, max_deadline
from incidents.rules.wording import duration
from incidents.vocabulary import Status
from kernel.refusal import Violation
from kernel.text import says_nothing

DECIDED_CODE = "K-DECIDED"

CHECKPOINT_FAULTS = frozenset({"K-MISSED", "K-NONE"})
"""The codes of the faults below."""

MISSED_AFTER = timedelta(minutes=5)
"""How long after its time an open checkpoint counts as missed: others may act then."""


def schedule_violations(
    due_at: datetime | None, now: datetime, severity: str, field: str = "due_at"
) -> tuple[Violation, ...]:
    if due_at is None:
        return (Violation("K-DUE", "Say when the checkpoint is due.", field),)
    problem = deadline_problem("The checkpoint", due_at, now, severity)
    return (Violation("K-DUE", problem, field),) if problem else ()


@dataclass(frozen=True, slots=True)
class Course:
    """Whether the last decision can be kept. ``decision`` is "" where there is none.

    ``ended`` is set once it no longer is in force ("is withdrawn"); ``failed`` and
    ``contradiction`` name what speaks against keeping it. ``confidence`` is that of the decision,
    ``confidence_before`` that of ``decision_before``, "" where there is none to compare with.
    """

    decision: str
    ended: str = ""
    failed: str = ""
    contradiction: str = ""
    confidence: str = ""
    decision_before: str = ""
    confidence_before: str = ""


def course_violations(course: Course, confidence_now: str = "") -> tuple[Violation, ...]:
    """May this decision simply be kept? Otherwise it has to be decided anew.

    ``confidence_now`` is what whoever keeps course says; "" as it was.
    """
    sentences = []
    if not course.decision:
        sentences.append("Nothing is decided yet that could be kept: decide.")
    elif course.ended:
        sentences.append(f"{course.decision} {course.ended}: decide anew.")
    if course.failed:
        sentences.append(f"Verification of {course.failed} failed: decide anew.")
    if course.contradiction:
        sentences.append(f"Contradiction {course.contradiction} is open: resolve it by deciding.")
    violations = [Violation("K-COURSE", sentence) for sentence in sentences]
    if sentence := _fallen(course, confidence_now):
        violations.append(Violation("K-COURSE", sentence, "confidence"))
    return tuple(violations)


def _fallen(course: Course, confidence_now: str) -> str:
    """Confidence levels compare as their numbers do."""
    if confidence_now and confidence_now < course.confidence:
        return (
            f"The confidence fell from L{course.confidence} to L{confidence_now}"
            f" since {course.decision}: decide anew."
        )
    if course.confidence < course.confidence_before:
        return (
            f"The confidence fell from L{course.confidence_before} ({course.decision_before}) to"
            f" L{course.confidence} ({course.decision}): decide anew."
        )
    return ""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Evidence that shows that the course holds; what is not newer than the decision does not."""

    reference: str
    is_newer: bool
    has_content: bool


def looked_violations(text: str, cited: Iterable[LookedAt], decision: str) -> tuple[Violation, ...]:
    """Does it say what was looked at, and is there evidence since the decision?"""
    violations = []
    if says_nothing(text):
        sentence = "Say in one line what you looked at."
        violations.append(Violation("K-LOOKED", sentence, "looked_at"))
    cited = tuple(cited)
    if not any(evidence.is_newer and evidence.has_content for evidence in cited):
        sentence = f"Cite evidence captured since {decision}: what you looked at."
        violations.append(Violation("K-LOOKED", sentence, "evidence"))
    return tuple(violations)


def lift_violations(
    reference: str, reason: str, *, is_open: bool, others_open: int, is_moved: bool
) -> tuple[Violation, ...]:
    """May a checkpoint be moved, or cancelled? One has to stay ahead."""
    violations = []
    if not is_open:
        sentence = f"{reference} is over already."
        violations.append(Violation("K-LIFT", sentence))
    elif not is_moved and not others_open:
        sentence = f"{reference} is the only checkpoint ahead: move it, or schedule another first."
        violations.append(Violation("K-LIFT", sentence))
    if says_nothing(reason):
        verb = "moved" if is_moved else "cancelled"
        violations.append(Violation("K-LIFT", f"Say why it is {verb}.", "reason"))
    return tuple(violations)


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


def lifted_violations(reference: str, reason: str = "") -> tuple[Violation, ...]:
    """Deciding at a checkpoint that was moved or cancelled, or lifted at closing."""
    why = f"no longer stands ({reason})" if reason else "was lifted at closing"
    sentence = f"{reference} {why}: decide at another one."
    return (Violation(DECIDED_CODE, sentence),)


def kept_violations(reference: str, author: str, decision: str) -> tuple[Violation, ...]:
    """Ending a checkpoint at which somebody else has kept course meanwhile."""
    sentence = f"{author} ended {reference} meanwhile: {decision} stands. Your text is kept."
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

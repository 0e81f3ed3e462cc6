"""Executing, verifying and withdrawing a decision.

Playbook: "a green statement without rerun evidence is not closure". Each function returns every
violation at once.

``X-STATE``: a decision is started, finished, judged or withdrawn only from the state before it.
``X-TIME``: it was done after it was started, and not ahead of now.
``X-PROOF``: done is shown by evidence with content, captured after the decision.
``X-REASON``: withdrawing a decision needs a reason.
``V-RUN``: a verdict rests on a verification run with content; a failed run verifies nothing.
``V-FRESH``: the run was started and captured after the decision was executed.
``V-FINDING``: the finding says what the run showed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.wording import listed, quoted
from incidents.vocabulary import ExecutionState
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Violations = tuple[Violation, ...]

CLOCK_SLACK = timedelta(minutes=1)
"""A clock may be this much ahead of ours."""

DECIDE_AGAIN_WITHIN = timedelta(minutes=10)
"""After a failed verification, how soon the next decision is due."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a decision. ``ended`` is set once it ended: "is superseded by D-3".

    ``began_at`` can lie before ``decided_at``, where somebody acted first.
    """

    reference: str
    state: str
    decided_at: datetime
    began_at: datetime | None = None
    done_at: datetime | None = None
    ended: str = ""


@dataclass(frozen=True, slots=True)
class CitedProof:
    """Evidence that is cited as proof or as run. That of another incident proves nothing here."""

    number: int
    has_content: bool = True
    of_incident: bool = True
    captured_at: datetime | None = None
    started_at: datetime | None = None
    is_run: bool = False
    succeeded: bool = True

    @property
    def reference(self) -> str:
        return f"E-{self.number}"


def start_violations(progress: Progress) -> Violations:
    """May it be started? It is decided (and signed, see ``dual_signature``), but not started."""
    explanations = {
        ExecutionState.PENDING: "waits for signatures",
        ExecutionState.STARTED: "is being executed already",
        ExecutionState.DONE: "is executed already",
        ExecutionState.VERIFIED: "is executed and verified already",
        ExecutionState.FAILED: "was executed and failed: decide again",
    }
    return _state(progress, ExecutionState.DECIDED, explanations)


def finish_violations(
    progress: Progress,
    proof: Iterable[CitedProof],
    done_at: datetime | None = None,
    now: datetime | None = None,
) -> Violations:
    """May it be marked as done? It was started, and evidence proves that it is done.

    ``done_at`` is the time that was typed, if one was.
    """
    explanations = {
        ExecutionState.PENDING: "waits for signatures",
        ExecutionState.DECIDED: "is not started yet: start it first",
        ExecutionState.DONE: "is marked as done already",
        ExecutionState.VERIFIED: "is verified already",
        ExecutionState.FAILED: "was verified, and failed",
    }
    return (
        *_state(progress, ExecutionState.STARTED, explanations),
        *_time(progress, done_at, now),
        *_proof(progress, tuple(proof)),
    )


def _time(progress: Progress, done_at: datetime | None, now: datetime | None) -> Violations:
    if done_at is None:
        return ()
    if now is not None and done_at > now + CLOCK_SLACK:
        return (Violation("X-TIME", "It cannot have been done ahead of now.", "done_at"),)
    # A typed time has no seconds: within the minute in which it was started is after it.
    if progress.began_at is not None and done_at < progress.began_at.replace(
        second=0, microsecond=0
    ):
        sentence = f"{progress.reference} was not started yet by then: write when it was done."
        return (Violation("X-TIME", sentence, "done_at"),)
    return ()


def judge_violations(
    progress: Progress, run: CitedProof | None, passed: bool | None, finding: str
) -> Violations:
    """May it be called verified or failed? A run made afterwards shows it, with a finding."""
    explanations = {
        ExecutionState.PENDING: "waits for signatures",
        ExecutionState.DECIDED: "is not executed yet",
        ExecutionState.STARTED: "is still being executed",
        ExecutionState.VERIFIED: "is verified already",
        ExecutionState.FAILED: "was called failed already: decide again",
    }
    violations = _state(progress, ExecutionState.DONE, explanations)
    if passed is None:
        violations += (Violation("V-RUN", "Say whether it is verified or failed.", "verdict"),)
    return violations + _run(progress, run, bool(passed)) + _finding(finding)


def withdraw_violations(reference: str, state: str, reason: str) -> Violations:
    """May it be withdrawn? The first problem only: its execution has not started yet."""
    if state not in (ExecutionState.PENDING, ExecutionState.DECIDED):
        label = ExecutionState(state).label.lower()
        sentence = f"{reference} can no longer be withdrawn: {label}."
        return (Violation("X-STATE", sentence, "reason"),)
    if says_nothing(reason):
        return (Violation("X-REASON", "Say why it is withdrawn.", "reason"),)
    return ()


def _state(progress: Progress, needed: str, explanations: dict[ExecutionState, str]) -> Violations:
    if progress.state == needed:
        return ()
    explanation = progress.ended or explanations.get(ExecutionState(progress.state), "is over")
    return (Violation("X-STATE", f"{progress.reference} {explanation}.", "state"),)


def _proof(progress: Progress, proof: tuple[CitedProof, ...]) -> Violations:
    """At least one item has content and is not older than the decision."""
    sentence = ""
    foreign = [cited.reference for cited in proof if not cited.of_incident]
    begin = min(progress.began_at or progress.decided_at, progress.decided_at)
    since = [cited for cited in proof if not _before(cited.captured_at, begin)]
    if foreign:
        sentence = f"{listed(foreign)}: not evidence of this incident."
    elif not proof:
        sentence = "Cite evidence that it was done: the output of what you ran."
    elif not since:
        what = listed(cited.reference for cited in proof)
        sentence = (
            f"{what}: captured before {progress.reference} was decided, and cannot show that it"
            " was done."
        )
    elif not any(cited.has_content for cited in since):
        what = listed(cited.reference for cited in since)
        sentence = f"{what}: empty. Cite evidence that has content."
    return (Violation("X-PROOF", sentence, "evidence"),) if sentence else ()


def _run(progress: Progress, run: CitedProof | None, passed: bool) -> Violations:
    if run is None:
        sentence = "Choose the verification run: the signal, measured after it was done."
        return (Violation("V-RUN", sentence, "run"),)
    if not run.of_incident:
        return (Violation("V-RUN", f"{run.reference} is not evidence of this incident.", "run"),)
    violations = []
    if not run.is_run:
        sentence = f"{run.reference} is not a verification run: capture one as such."
        violations.append(Violation("V-RUN", sentence, "run"))
    if not run.has_content:
        violations.append(Violation("V-RUN", f"{run.reference} is empty.", "run"))
    if passed and not run.succeeded:
        sentence = f"{run.reference} did not succeed: a run that fails verifies nothing."
        violations.append(Violation("V-RUN", sentence, "run"))
    if not _is_fresh(progress, run):
        sentence = f"{run.reference} was run before {progress.reference} was done: run it again."
        violations.append(Violation("V-FRESH", sentence, "run"))
    return tuple(violations)


def _is_fresh(progress: Progress, run: CitedProof) -> bool:
    """Started and captured strictly after it was done: a run takes time."""
    done = progress.done_at
    if done is None or run.captured_at is None:
        return done is None
    return run.captured_at > done and not _before(run.started_at, done)


def _before(moment: datetime | None, limit: datetime) -> bool:
    return moment is not None and moment < limit


def _finding(finding: str) -> Violations:
    if not says_nothing(finding):
        return ()
    sentence = "Say what the run showed, beside the signal that was expected."
    if has_content(finding):
        sentence = f"{quoted(finding)} does not say what the run showed."
    return (Violation("V-FINDING", sentence, "finding"),)

"""Executing a decision and verifying it. Playbook: "a green statement without rerun evidence is
not closure". Each step says all that stands against it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.wording import listed, quoted
from incidents.vocabulary import ExecutionState
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Found = tuple[Violation, ...]

AGAIN_WITHIN = timedelta(minutes=10)
"""After a failed verification it is decided again within it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A decision as far as it is. ``ended`` says what became of it: "superseded by D-3"."""

    reference: str
    state: str
    decided_at: datetime
    done_at: datetime | None = None
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An evidence item as proof or as run. One of another incident shows nothing here."""

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


def start_violations(progress: Progress) -> Found:
    """Starting: it is decided (and signed, see ``dual``), and nobody has started it."""
    words = {
        ExecutionState.PENDING: "waits for signatures",
        ExecutionState.STARTED: "is being executed already",
        ExecutionState.DONE: "is executed already",
        ExecutionState.VERIFIED: "is executed and verified already",
        ExecutionState.FAILED: "was executed and failed: decide again",
    }
    return _state(progress, ExecutionState.DECIDED, words)


def finish_violations(progress: Progress, proof: Iterable[Shown]) -> Found:
    """Done: it was started, and evidence shows it."""
    words = {
        ExecutionState.PENDING: "waits for signatures",
        ExecutionState.DECIDED: "is not started yet: start it first",
        ExecutionState.DONE: "is marked as done already",
        ExecutionState.VERIFIED: "is verified already",
        ExecutionState.FAILED: "was verified, and failed",
    }
    return _state(progress, ExecutionState.STARTED, words) + _proof(progress, tuple(proof))


def judge_violations(
    progress: Progress, run: Shown | None, passed: bool | None, finding: str
) -> Found:
    """Verified or failed: by a run that was made after it was done, and in words."""
    words = {
        ExecutionState.PENDING: "waits for signatures",
        ExecutionState.DECIDED: "is not executed yet",
        ExecutionState.STARTED: "is still being executed",
        ExecutionState.VERIFIED: "is verified already",
        ExecutionState.FAILED: "was called failed already: decide again",
    }
    found = _state(progress, ExecutionState.DONE, words)
    if passed is None:
        found += (Violation("V-RUN", "Say whether it is verified or failed.", "verdict"),)
    return found + _run(progress, run, bool(passed)) + _finding(finding)


def _state(progress: Progress, needed: str, words: dict[ExecutionState, str]) -> Found:
    if progress.state == needed:
        return ()
    says = progress.ended or words.get(ExecutionState(progress.state), "is over")
    return (Violation("X-STATE", f"{progress.reference} {says}.", "state"),)


def _proof(progress: Progress, proof: tuple[Shown, ...]) -> Found:
    """One item is enough, if it has content and is not older than the decision."""
    sentence = ""
    foreign = [one.reference for one in proof if not one.of_incident]
    since = [one for one in proof if not _before(one.captured_at, progress.decided_at)]
    if foreign:
        sentence = f"{listed(foreign)}: not evidence of this incident."
    elif not proof:
        sentence = "Cite evidence that it was done: the output of what you ran."
    elif not since:
        what = listed(one.reference for one in proof)
        sentence = (
            f"{what}: captured before {progress.reference} was decided, and cannot show that it"
            " was done."
        )
    elif not any(one.has_content for one in since):
        what = listed(one.reference for one in since)
        sentence = f"{what}: empty. Cite evidence that has content."
    return (Violation("X-PROOF", sentence, "evidence"),) if sentence else ()


def _run(progress: Progress, run: Shown | None, passed: bool) -> Found:
    if run is None:
        words = "Choose the verification run: the signal, measured after it was done."
        return (Violation("V-RUN", words, "run"),)
    if not run.of_incident:
        return (Violation("V-RUN", f"{run.reference} is not evidence of this incident.", "run"),)
    found = []
    if not run.is_run:
        words = f"{run.reference} is not a verification run: capture one as such."
        found.append(Violation("V-RUN", words, "run"))
    if not run.has_content:
        found.append(Violation("V-RUN", f"{run.reference} is empty.", "run"))
    if passed and not run.succeeded:
        words = f"{run.reference} did not succeed: a run that fails verifies nothing."
        found.append(Violation("V-RUN", words, "run"))
    if not _is_fresh(progress, run):
        words = f"{run.reference} was run before {progress.reference} was done: run it again."
        found.append(Violation("V-FRESH", words, "run"))
    return tuple(found)


def _is_fresh(progress: Progress, run: Shown) -> bool:
    """Begun and captured after it was done: what was captured at that moment was run before."""
    done = progress.done_at
    if done is None or run.captured_at is None:
        return done is None
    return run.captured_at > done and not _before(run.started_at, done)


def _before(moment: datetime | None, limit: datetime) -> bool:
    return moment is not None and moment < limit


def _finding(finding: str) -> Found:
    if not says_nothing(finding):
        return ()
    words = "Say what the run showed, beside the signal that was expected."
    if has_content(finding):
        words = f"{quoted(finding)} does not say what the run showed."
    return (Violation("V-FINDING", words, "finding"),)

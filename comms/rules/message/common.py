"""Rules for every kind of message.

``U-IMPACT``: the impact on people or systems is said.
``U-NEXT``: the next message is promised, within the cadence of the severity.
``U-OWNER``: the owner is an active responder who may know of the incident.
``U-CORRECTS``: a correction names an uncorrected message of the same kind, and what was wrong.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.wording import duration, quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Violations = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class CorrectedMessage:
    """The message to correct: ``reference`` is "Update 2".

    ``corrected_by`` names its correction, if it has one already.
    """

    reference: str
    corrected_by: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction and its ``explanation`` of what was wrong.

    ``old`` is None if the incident has no such message of the same kind.
    """

    is_correction: bool = False
    old: CorrectedMessage | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns what follows. ``can_act``: an active responder; ``may_know``: of the incident."""

    name: str
    can_act: bool = True
    may_know: bool = True


@dataclass(frozen=True, slots=True)
class Cadence:
    """The next message comes at most ``max_interval`` after ``now``, for this ``severity``."""

    now: datetime
    severity: str
    max_interval: timedelta


def required_text(code: str, field: str, text: str, missing: str) -> Violations:
    """A text that must say something; ``missing`` is the sentence that asks for it."""
    if not says_nothing(text):
        return ()
    if has_content(text):
        missing = f"{quoted(text)} says nothing. {missing}"
    return (Violation(code, missing, field),)


def check_impact(impact: str, missing: str) -> Violations:
    return required_text("U-IMPACT", "impact", impact, missing)


def check_promise(next_at: datetime | None, cadence: Cadence, *, needed: bool = True) -> Violations:
    """``needed``: a time has to be given."""
    if next_at is None:
        sentence = "Say when you write again."
        return (Violation("U-NEXT", sentence, "next_at"),) if needed else ()
    if next_at <= cadence.now:
        sentence = "This time has passed: choose one that lies ahead."
    elif next_at > cadence.now + cadence.max_interval:
        sentence = (
            f"That is {duration(next_at - cadence.now)} away. {cadence.severity} allows"
            f" {duration(cadence.max_interval)}: choose an earlier time."
        )
    else:
        return ()
    return (Violation("U-NEXT", sentence, "next_at"),)


def check_owner(owner: Owner | None, what: str) -> Violations:
    """``what`` names what they own."""
    if owner is None:
        sentence = f"Name who owns {what}."
    elif not owner.can_act:
        sentence = f"{owner.name} cannot own it: only active responders can."
    elif not owner.may_know:
        sentence = f"{owner.name} takes no part in this restricted incident."
    else:
        return ()
    return (Violation("U-OWNER", sentence, "owner"),)


def check_correction(correction: Correction) -> Violations:
    if not correction.is_correction:
        sentence = "This corrects nothing: leave out what was wrong, or say which one it corrects."
        return (
            (Violation("U-CORRECTS", sentence, "correction"),)
            if correction.explanation.strip()
            else ()
        )
    problems = []
    if correction.old is None:
        sentence = "What this corrects is not of this incident, or of another kind."
        problems.append(Violation("U-CORRECTS", sentence))
    elif correction.old.corrected_by:
        sentence = (
            f"{correction.old.reference} was corrected already, by {correction.old.corrected_by}:"
            " correct that one."
        )
        problems.append(Violation("U-CORRECTS", sentence))
    return (
        *problems,
        *required_text("U-CORRECTS", "correction", correction.explanation, "Say what was wrong."),
    )

"""What every message is held to: the promise of the next, its owner, what it corrects."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.wording import duration, quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Found = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Old:
    """The message that is to be corrected: ``reference`` is "Update 2".

    ``corrected_by`` names its correction, if it has one already.
    """

    reference: str
    corrected_by: str = ""


@dataclass(frozen=True, slots=True)
class Correcting:
    """What is corrected and what was wrong with it.

    ``old`` is nothing where the incident has no such message of the same kind.
    """

    wanted: bool = False
    old: Old | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for what follows. ``can_act``: an active responder; ``may_know``: of it."""

    name: str
    can_act: bool = True
    may_know: bool = True


@dataclass(frozen=True, slots=True)
class Cadence:
    """How soon the next must come: at most ``longest`` from ``now``, for this ``severity``."""

    now: datetime
    severity: str
    longest: timedelta


def text(code: str, field: str, words: str, missing: str) -> Found:
    """A text that must say something; ``missing`` asks for it."""
    if not says_nothing(words):
        return ()
    if has_content(words):
        missing = f"{quoted(words)} says nothing. {missing}"
    return (Violation(code, missing, field),)


def promise(next_at: datetime | None, at: Cadence, *, needed: bool = True) -> Found:
    """``U-NEXT``: when the next one comes is said, and kept within the cadence."""
    if next_at is None:
        words = "Say when you write again."
        return (Violation("U-NEXT", words, "next_at"),) if needed else ()
    if next_at <= at.now:
        words = "This time has passed: choose one that lies ahead."
    elif next_at > at.now + at.longest:
        words = (
            f"That is {duration(next_at - at.now)} away. {at.severity} allows"
            f" {duration(at.longest)}: choose an earlier time."
        )
    else:
        return ()
    return (Violation("U-NEXT", words, "next_at"),)


def owner(found: Owner | None, what: str) -> Found:
    """``U-OWNER``: somebody who can act, and may know of the incident."""
    if found is None:
        words = f"Name who owns {what}."
    elif not found.can_act:
        words = f"{found.name} cannot own it: only active responders can."
    elif not found.may_know:
        words = f"{found.name} takes no part in this restricted incident."
    else:
        return ()
    return (Violation("U-OWNER", words, "owner"),)


def correction(made: Correcting) -> Found:
    """``U-CORRECTS``: names what was wrong with one that is here and not yet corrected."""
    if not made.wanted:
        words = "This corrects nothing: leave out what was wrong, or say which one it corrects."
        return (Violation("U-CORRECTS", words, "correction"),) if made.words.strip() else ()
    found = []
    if made.old is None:
        words = "What this corrects is not of this incident, or of another kind."
        found.append(Violation("U-CORRECTS", words))
    elif made.old.corrected_by:
        words = (
            f"{made.old.reference} was corrected already, by {made.old.corrected_by}:"
            " correct that one."
        )
        found.append(Violation("U-CORRECTS", words))
    return (*found, *text("U-CORRECTS", "correction", made.words, "Say what was wrong."))

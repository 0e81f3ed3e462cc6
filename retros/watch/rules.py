"""The watch after closing, and opening again. Playbook: the rollback trigger and its owner stay
documented for the 24 h watch."""

from datetime import timedelta

from incidents.vocabulary import Status
from kernel.refusal import Violation
from kernel.text import says_nothing

type Violations = tuple[Violation, ...]

CHECK_IN_GRACE = timedelta(minutes=30)
"""How long after its time a check-in counts as missed."""


def fire_violations(is_watched: bool) -> Violations:
    """The rollback trigger can only fire during a watch."""
    return _over(is_watched, "There is no watch to end: it is over.", "watch")


def check_in_violations(is_watched: bool, text: str) -> Violations:
    """``W-TEXT``: a check-in says what was seen."""
    if problems := _over(is_watched, "The watch is over.", "text"):
        return problems
    if not says_nothing(text):
        return ()
    return (Violation("W-TEXT", "Say what you looked at and what you saw.", "text"),)


def _over(is_watched: bool, sentence: str, field: str) -> Violations:
    """``W-OVER``: there is a watch, and it has not ended."""
    return () if is_watched else (Violation("W-OVER", sentence, field),)


def reopen_violations(status: str, reason: str) -> Violations:
    """What reopening needs.

    ``W-STATUS``: only an incident that is watched or closed is reopened.
    ``W-REASON``: a reason says why it is open again.
    """
    violations = []
    if status not in {Status.WATCHING, Status.CLOSED}:
        sentence = "Only an incident that is watched or closed can be reopened."
        violations.append(Violation("W-STATUS", sentence, "status"))
    if says_nothing(reason):
        violations.append(Violation("W-REASON", "Say why it is open again.", "reason"))
    return tuple(violations)

"""The watch after closing, and opening again. Playbook: the rollback trigger and its owner stay
documented for the 24 h watch."""

from datetime import timedelta

from incidents.vocabulary import Status
from kernel.refusal import Violation
from kernel.text import says_nothing

Found = tuple[Violation, ...]

GRACE = timedelta(minutes=30)
"""How long after its time a check-in counts as missed."""


def reopen_violations(status: str, reason: str) -> Found:
    """Reopening: it was closed, and somebody says why it is open again."""
    found = []
    if status not in {Status.WATCHING, Status.CLOSED}:
        words = "Only an incident that is watched or closed can be reopened."
        found.append(Violation("T-STATUS", words, "status"))
    if says_nothing(reason):
        found.append(Violation("W-REASON", "Say why it is open again.", "reason"))
    return tuple(found)


def check_in_violations(text: str) -> Found:
    """A check-in says what was seen."""
    if not says_nothing(text):
        return ()
    return (Violation("W-TEXT", "Say what you looked at and what you saw.", "text"),)

"""May this window of planned work stand, and what may follow what? Product, section 8."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from comms.rules.message.common import Found, text
from comms.vocabulary import Audience, MaintenanceState
from incidents.rules.wording import duration
from kernel.refusal import Violation

LONGEST = timedelta(days=14)
"""A window that is longer is several, or no maintenance any more."""

_MAY = {
    "change": {MaintenanceState.PLANNED},
    "begin": {MaintenanceState.PLANNED},
    "cancel": {MaintenanceState.PLANNED},
    "end": {MaintenanceState.IN_PROGRESS},
    "extend": {MaintenanceState.IN_PROGRESS},
    "note": {MaintenanceState.PLANNED, MaintenanceState.IN_PROGRESS, MaintenanceState.DONE},
}
"""In which states a step may be taken."""

_WORDS = {
    "change": "Only a window that has not begun can be changed",
    "begin": "Only a planned window can begin",
    "cancel": "Only a window that has not begun can be cancelled",
    "end": "Only a window in progress can end",
    "extend": "Only a window in progress can be extended",
    "note": "Nothing can be added to a window that was cancelled",
}


@dataclass(frozen=True, slots=True)
class Window:
    """What is planned. ``surfaces`` counts those that the work touches."""

    title: str
    text: str
    audience: str
    surfaces: int
    starts_at: datetime | None
    ends_at: datetime | None


def may(step: str, state: MaintenanceState) -> bool:
    return state in _MAY[step]


def planned(window: Window, now: datetime) -> Found:
    """Every reason why it cannot stand, in the order of the form."""
    return (
        *text("M-TITLE", "title", window.title, "Say in one line what is done."),
        *text("M-TEXT", "text", window.text, "Say what readers may notice, in plain words."),
        *_audience(window.audience),
        *_surfaces(window.surfaces),
        *_times(window.starts_at, window.ends_at, now),
    )


def step(name: str, state: MaintenanceState) -> Found:
    """``M-STATE``: what may follow what."""
    if may(name, state):
        return ()
    return (Violation("M-STATE", f"{_WORDS[name]}: this one is {state.label.lower()}."),)


def note(words: str) -> Found:
    return text("M-NOTE", "text", words, "Say it to those who read the status page.")


def extended(begins: datetime, before: datetime, after: datetime | None, now: datetime) -> Found:
    """``M-TIMES``, of a window that runs: it ends later than was said."""
    if after is None:
        words = "Say when it ends instead."
    elif after <= now:
        words = "This time has passed: choose one that lies ahead."
    elif after <= before:
        words = "That is no later than was said: end the window when it is done."
    elif after - begins > LONGEST:
        words = f"A window is {duration(LONGEST)} at most: choose an earlier end."
    else:
        return ()
    return (Violation("M-TIMES", words, "ends_at"),)


def _audience(audience: str) -> Found:
    if audience in {Audience.PUBLIC, Audience.INTERNAL}:
        return ()
    return (Violation("M-AUDIENCE", "Say who reads it.", "audience"),)


def same_readers(before: str, after: str) -> Found:
    """What was said to some is not shown to others afterwards."""
    if before == after:
        return ()
    words = "Who reads it stays as it was planned: cancel this one and plan another."
    return (Violation("M-AUDIENCE", words, "audience"),)


def _surfaces(count: int) -> Found:
    words = "Choose at least one surface that the work touches."
    return () if count else (Violation("M-SURFACES", words, "surfaces"),)


def _times(starts: datetime | None, ends: datetime | None, now: datetime) -> Found:
    found = []
    if starts is None:
        found.append(Violation("M-TIMES", "Say when it begins.", "starts_at"))
    if ends is None:
        found.append(Violation("M-TIMES", "Say when it ends.", "ends_at"))
    elif ends <= now:
        words = "All of it has passed: choose an end that lies ahead."
        found.append(Violation("M-TIMES", words, "ends_at"))
    if starts is not None and ends is not None:
        if ends <= starts:
            words = "It must end after it begins."
            found.append(Violation("M-TIMES", words, "ends_at"))
        elif ends - starts > LONGEST:
            words = f"A window is {duration(LONGEST)} at most: choose an earlier end."
            found.append(Violation("M-TIMES", words, "ends_at"))
    return tuple(found)

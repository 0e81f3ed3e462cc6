"""Which windows of planned work and which changes of them are allowed? Product, section 8.

``M-TITLE``: a title says what is done.
``M-TEXT``: a text says what readers may notice.
``M-AUDIENCE``: the audience is chosen, and stays as it was planned.
``M-SURFACES``: at least one surface is chosen.
``M-TIMES``: a window ends in the future, after it begins, and lasts 14 days at most.
``M-STATE``: a step is taken only in the states that allow it.
``M-NOTE``: a change tells readers about it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from comms.rules.message.common import Violations, required_text
from comms.vocabulary import Audience, MaintenanceState
from incidents.rules.wording import duration
from kernel.refusal import Violation

MAX_DURATION = timedelta(days=14)
"""Longer work is planned as several windows."""

_MAY = {
    "change": {MaintenanceState.PLANNED},
    "begin": {MaintenanceState.PLANNED},
    "cancel": {MaintenanceState.PLANNED},
    "end": {MaintenanceState.IN_PROGRESS},
    "extend": {MaintenanceState.IN_PROGRESS, MaintenanceState.DONE},
    "note": {MaintenanceState.PLANNED, MaintenanceState.IN_PROGRESS, MaintenanceState.DONE},
}
"""The states that allow each step."""

_REFUSALS = {
    "change": "Only a window that has not begun can be changed",
    "begin": "Only a planned window can begin",
    "cancel": "Only a window that has not begun can be cancelled",
    "end": "Only a window in progress can end",
    "extend": "Only a window in progress, or one that is done, can be extended",
    "note": "Nothing can be added to a window that was cancelled",
}


@dataclass(frozen=True, slots=True)
class Window:
    """A planned window. ``surfaces`` is how many surfaces the work touches."""

    title: str
    text: str
    audience: str
    surfaces: int
    starts_at: datetime | None
    ends_at: datetime | None


def may(step: str, state: MaintenanceState) -> bool:
    return state in _MAY[step]


def plan_violations(window: Window, now: datetime) -> Violations:
    """Every reason why it cannot be planned, in the order of the form."""
    return (
        *required_text("M-TITLE", "title", window.title, "Say in one line what is done."),
        *required_text(
            "M-TEXT", "text", window.text, "Say what readers may notice, in plain words."
        ),
        *_audience(window.audience),
        *_surfaces(window.surfaces),
        *_times(window.starts_at, window.ends_at, now),
    )


def step_violations(name: str, state: MaintenanceState) -> Violations:
    if may(name, state):
        return ()
    return (Violation("M-STATE", f"{_REFUSALS[name]}: this one is {state.label.lower()}."),)


def note_violations(note: str) -> Violations:
    return required_text("M-NOTE", "text", note, "Say it to those who read the status page.")


def extension_violations(
    begins: datetime, before: datetime, after: datetime | None, now: datetime
) -> Violations:
    """A window can only be extended to a later end; one that is done goes on until then."""
    if after is None:
        sentence = "Say when it ends instead."
    elif after <= now:
        sentence = "This time has passed: choose one that lies ahead."
    elif after <= before:
        sentence = "That is no later than was said: end the window when it is done."
    elif after - begins > MAX_DURATION:
        sentence = f"A window is {duration(MAX_DURATION)} at most: choose an earlier end."
    else:
        return ()
    return (Violation("M-TIMES", sentence, "ends_at"),)


def _audience(audience: str) -> Violations:
    if audience in {Audience.PUBLIC, Audience.INTERNAL}:
        return ()
    return (Violation("M-AUDIENCE", "Say who reads it.", "audience"),)


def audience_change_violations(before: str, after: str) -> Violations:
    """A window keeps its audience, so that nothing published to some is shown to others later."""
    if before == after:
        return ()
    sentence = "Who reads it stays as it was planned: cancel this one and plan another."
    return (Violation("M-AUDIENCE", sentence, "audience"),)


def _surfaces(count: int) -> Violations:
    sentence = "Choose at least one surface that the work touches."
    return () if count else (Violation("M-SURFACES", sentence, "surfaces"),)


def _times(starts: datetime | None, ends: datetime | None, now: datetime) -> Violations:
    problems = []
    if starts is None:
        problems.append(Violation("M-TIMES", "Say when it begins.", "starts_at"))
    if ends is None:
        problems.append(Violation("M-TIMES", "Say when it ends.", "ends_at"))
    elif ends <= now:
        sentence = "All of it has passed: choose an end that lies ahead."
        problems.append(Violation("M-TIMES", sentence, "ends_at"))
    if starts is not None and ends is not None:
        if ends <= starts:
            sentence = "It must end after it begins."
            problems.append(Violation("M-TIMES", sentence, "ends_at"))
        elif ends - starts > MAX_DURATION:
            sentence = f"A window is {duration(MAX_DURATION)} at most: choose an earlier end."
            problems.append(Violation("M-TIMES", sentence, "ends_at"))
    return tuple(problems)

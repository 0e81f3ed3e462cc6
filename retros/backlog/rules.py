"""Rules of hardening work: what may be noted, and which change a state allows. Product, section 9.

Playbook: "follow-up guardrail task assigned", "hardening backlog item owners and due dates". An
item may be noted without either; the closure gate demands both.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from incidents.rules.risk import RiskOwner
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing
from retros.vocabulary import OPEN_STATES, TRACKER, BacklogState

type Violations = tuple[Violation, ...]

MAX_TITLE_CHARACTERS = 200
MAX_DETAIL_CHARACTERS = 2000
MAX_TRACKER_CHARACTERS = 500
MAX_REASON_CHARACTERS = 500

MAX_DUE_AHEAD = timedelta(days=3 * 366)
"""A due date beyond it is taken for a typing error."""

_ENDED = (BacklogState.DONE, BacklogState.DROPPED)
_ALLOWED_STATES = {
    "change": OPEN_STATES,
    "begin": (BacklogState.OPEN,),
    "done": OPEN_STATES,
    "drop": OPEN_STATES,
    "reopen": _ENDED,
}
"""The states in which each change is possible."""


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What is to be done, by whom, until which day (in UTC)."""

    title: str
    tracker: str = ""
    due_on: date | None = None
    owner: RiskOwner | None = None


def today(now: datetime) -> date:
    """The day in UTC that due dates are compared with."""
    return now.astimezone(UTC).date()


def may(change: str, state: str) -> bool:
    return state in _ALLOWED_STATES[change]


def new_violations(work: WorkFacts, today: date) -> Violations:
    """Every reason why it cannot be noted, in the order of the form."""
    return (
        *_title(work.title),
        *_owner(work.owner),
        *_due(work.due_on, today),
        *_tracker(work.tracker),
    )


def change_violations(before: WorkFacts, after: WorkFacts, today: date) -> Violations:
    """Every reason why it cannot be changed so. A past due date may stay, but not be chosen.

    ``B-SAME``: a change differs from what is on record.
    """
    if before == after:
        return (Violation("B-SAME", "Nothing is different: change something, or go back."),)
    due = _due(after.due_on, today) if after.due_on != before.due_on else ()
    return (*_title(after.title), *_owner(after.owner), *due, *_tracker(after.tracker))


def transition_violations(name: str, reference: str, state: str) -> Violations:
    """``B-STEP``: the state of an item allows the change."""
    if may(name, state):
        return ()
    sentence = f"{reference} is {BacklogState(state).label.lower()}"
    if state in _ENDED:
        sentence += ": open it again first"
    elif name == "reopen":
        sentence += " still"
    else:
        sentence += " already"
    return (Violation("B-STEP", f"{sentence}."),)


def reason_violations(text: str, ask: str) -> Violations:
    """``B-WHY``: a reason says why an item is dropped, or opened again."""
    return text_violations("B-WHY", "reason", text, ask)


def text_violations(code: str, field: str, text: str, ask: str) -> Violations:
    """Whether a text says something; ``ask`` is the sentence that asks for it."""
    if not says_nothing(text):
        return ()
    if has_content(text):
        ask = f"{quoted(text)} says nothing. {ask}"
    return (Violation(code, ask, field),)


def _title(title: str) -> Violations:
    """``B-TITLE``: an item has a title that says what is to be done."""
    return text_violations("B-TITLE", "title", title, "Say in one line what is to be done.")


def _owner(owner: RiskOwner | None) -> Violations:
    """``B-ABLE``: the owner of an item can act in its incident."""
    if owner is None or owner.can_act:
        return ()
    sentence = f"{owner.name} cannot act in this incident: name somebody else."
    return (Violation("B-ABLE", sentence, "owner"),)


def _due(due_on: date | None, today: date) -> Violations:
    """``B-DUE``: a due date is not past and at most three years away."""
    if due_on is None or today <= due_on <= today + MAX_DUE_AHEAD:
        return ()
    sentence = "This day is more than three years away: choose an earlier one."
    if due_on < today:
        sentence = "This day has passed: choose today or later."
    return (Violation("B-DUE", sentence, "due_on"),)


def _tracker(address: str) -> Violations:
    """``B-TRACKER``: the link to a tracker is a plain web address without a password."""
    if not address or _is_plain(address):
        return ()
    sentence = (
        "Write a plain web address, like https://tracker.example.org/OPS-12, without passwords."
    )
    return (Violation("B-TRACKER", sentence, "tracker"),)


def _is_plain(address: str) -> bool:
    """An http or https address of a host, without a user name, password or masked secret."""
    return address.isascii() and address.isprintable() and bool(re.search(TRACKER, address))

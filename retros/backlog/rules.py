"""Hardening work: what may be noted, and what may follow what. Product, section 9.

Playbook: "follow-up guardrail task assigned", "hardening backlog item owners and due dates". An
item may be noted without either; the closure gate asks for both.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from incidents.rules.risk import RiskOwner
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing
from retros.vocabulary import OPEN_STATES, TRACKER, BacklogState

type Found = tuple[Violation, ...]

LONGEST = timedelta(days=3 * 366)
"""A day beyond it is a slip of the pen."""

_ENDED = (BacklogState.DONE, BacklogState.DROPPED)
_MAY = {
    "change": OPEN_STATES,
    "begin": (BacklogState.OPEN,),
    "done": OPEN_STATES,
    "drop": OPEN_STATES,
    "reopen": _ENDED,
}
"""In which states a step may be taken."""


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be done, by whom, until which day (in UTC)."""

    title: str
    tracker: str = ""
    due_on: date | None = None
    owner: RiskOwner | None = None


def may(step: str, state: str) -> bool:
    return state in _MAY[step]


def noted(item: Item, today: date) -> Found:
    """Every reason why it cannot be noted, in the order of the form."""
    return (
        *_title(item.title),
        *_owner(item.owner),
        *_due(item.due_on, today),
        *_tracker(item.tracker),
    )


def changed(before: Item, after: Item, today: date) -> Found:
    """The same of a change. A day that has passed may stay as it is, but not be chosen."""
    if before == after:
        return (Violation("B-SAME", "Nothing is different: change something, or go back."),)
    due = _due(after.due_on, today) if after.due_on != before.due_on else ()
    return (*_title(after.title), *_owner(after.owner), *due, *_tracker(after.tracker))


def step(name: str, reference: str, state: str) -> Found:
    """``B-STATE``: what may follow what."""
    if may(name, state):
        return ()
    words = f"{reference} is {BacklogState(state).label.lower()}"
    if state in _ENDED:
        words += ": open it again first"
    elif name == "reopen":
        words += " still"
    else:
        words += " already"
    return (Violation("B-STATE", f"{words}."),)


def reason(words: str, ask: str) -> Found:
    """``B-REASON``: why it is dropped, or opened again."""
    return _says("B-REASON", "reason", words, ask)


def _says(code: str, field: str, words: str, ask: str) -> Found:
    if not says_nothing(words):
        return ()
    if has_content(words):
        ask = f"{quoted(words)} says nothing. {ask}"
    return (Violation(code, ask, field),)


def _title(title: str) -> Found:
    return _says("B-TITLE", "title", title, "Say in one line what is to be done.")


def _owner(owner: RiskOwner | None) -> Found:
    if owner is None or owner.can_act:
        return ()
    words = f"{owner.name} cannot act in this incident: name somebody else."
    return (Violation("B-OWNER", words, "owner"),)


def _due(due_on: date | None, today: date) -> Found:
    if due_on is None or today <= due_on <= today + LONGEST:
        return ()
    words = "This day is more than three years away: choose an earlier one."
    if due_on < today:
        words = "This day has passed: choose today or later."
    return (Violation("B-DUE", words, "due_on"),)


def _tracker(address: str) -> Found:
    if not address or _is_plain(address):
        return ()
    words = "Write a plain web address, like https://tracker.example.org/OPS-12, without passwords."
    return (Violation("B-TRACKER", words, "tracker"),)


def _is_plain(address: str) -> bool:
    """An http or https address of a host: nobody's name or password, no mark of a secret."""
    return address.isascii() and address.isprintable() and bool(re.search(TRACKER, address))

"""May this be handed over? Playbook, "Handoff acceptance test".

Four parts: the scope boundary is explicit, unresolved unknowns are listed, the next checkpoint is
committed (the next check-in, of a watch), the failure trigger for an immediate rollback is written.
Beside them, who may take it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.rules.wording import listed, quoted
from kernel.refusal import Violation
from kernel.text import has_content, same_reason, says_nothing

Found = tuple[Violation, ...]

PARTS = {
    "H-BOUNDARY": "Scope is explicit",
    "H-UNKNOWNS": "Unknowns are listed",
    "H-CHECKPOINT": "Next checkpoint is committed",
    "H-TRIGGER": "Rollback failure trigger is written",
}
"""The four parts of the test, in the playbook's order."""


@dataclass(frozen=True, slots=True)
class Known:
    """An open unknown of what is handed over: ``reference`` is U-n."""

    reference: str
    text: str

    @property
    def line(self) -> str:
        return f"{self.reference}: {self.text}"


@dataclass(frozen=True, slots=True)
class Committed:
    """A checkpoint, or a check-in of the watch, as the rules see one."""

    reference: str
    due_at: datetime
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is to take it. ``can_act``: an active responder; ``may_know``: may enter the incident."""

    id: int
    name: str
    can_act: bool = True
    may_know: bool = True


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered, as written, and what is so around it.

    ``what`` names it in a sentence ("Mitigation", "Command"). ``known`` are its open unknowns,
    ``ahead`` the incident's open checkpoints that are not due yet, ``waiting`` the reference of
    another handoff of it that waits for an answer. The hrefs are where each is mended.
    ``is_of_watch``: it commits to a check-in, and ``ahead`` is the next one alone.
    """

    now: datetime
    what: str
    included: tuple[str, ...]
    excluded: tuple[str, ...]
    unknowns: str
    known: tuple[Known, ...]
    checkpoint: Committed | None
    ahead: tuple[Committed, ...]
    trigger: str
    giver: int | None
    receiver: Receiver | None
    waiting: str = ""
    waiting_href: str = ""
    plan_href: str = ""
    role_href: str = ""
    is_of_watch: bool = False


def violations(offered: Offered) -> Found:
    """Every reason why this cannot be offered yet."""
    return tuple(found for rule in _RULES for found in rule(offered))


def unmet(found: Iterable[Violation]) -> tuple[str, ...]:
    """Which of the four parts do not hold, by code."""
    codes = {violation.code for violation in found}
    return tuple(code for code in PARTS if code in codes)


def complete(unknowns: str, known: Iterable[Known]) -> str:
    """The unknowns as they are handed over: what was written, then each open one that it lacks.

    An open unknown is there when its reference or its text is, so that nothing stays hidden and
    nothing stands twice.
    """
    written = unknowns.strip() if has_content(unknowns) else ""
    lines = [written] if written else []
    lines += [one.line for one in known if not _mentions(written, one)]
    return "\n".join(lines)


def _mentions(text: str, one: Known) -> bool:
    # "U-1" is not in "U-12".
    if re.search(rf"(?<![\w-]){re.escape(one.reference)}(?![\w-])", text):
        return True
    return any(same_reason(line, one.text) for line in text.splitlines())


def _boundary(offered: Offered) -> Found:
    items = [item for item in offered.included if not says_nothing(item)]
    if not items:
        typed = "\n".join(offered.included)
        words = "Say what is included, one thing a line."
        if has_content(typed):
            words = f"{quoted(typed)} does not say what is included."
        return (Violation("H-BOUNDARY", words, "included"),)
    both = {_same(item) for item in items} & {_same(item) for item in offered.excluded}
    twice = [item for item in items if _same(item) in both]
    words = f"{listed(quoted(item) for item in twice)}: both included and excluded."
    return (Violation("H-BOUNDARY", words, "excluded"),) if twice else ()


def _same(item: str) -> str:
    return " ".join(item.split()).casefold()


def _unknowns(offered: Offered) -> Found:
    text = offered.unknowns
    if not says_nothing(text):
        return ()
    if not has_content(text):
        # Nothing was written: the open ones are listed, if there are any.
        words = "List what is not known yet, or say in words why there is nothing."
        return () if offered.known else (Violation("H-UNKNOWNS", words, "unknowns"),)
    words = f"{quoted(text)} hides what is not known: list it, or say why there is nothing."
    if offered.known:
        still = listed(one.reference for one in offered.known)
        are = "is" if len(offered.known) == 1 else "are"
        words = f"{quoted(text)} cannot be: {still} {are} still open."
    return (Violation("H-UNKNOWNS", words, "unknowns"),)


def _check_in(offered: Offered) -> Found:
    chosen, following = offered.checkpoint, next(iter(offered.ahead), None)
    if following is None:
        words = "No check-in lies ahead: the watch is over."
    elif chosen is None:
        words = "Choose the check-in that the receiver commits to."
    elif not chosen.is_open:
        words = f"{_start(chosen.reference)} is answered already: choose the next one."
    elif chosen.due_at <= offered.now:
        words = f"{_start(chosen.reference)} is due: answer it, and choose the next one."
    elif chosen != following:
        words = f"{_start(following.reference)} comes first: choose that."
    else:
        return ()
    return (Violation("H-CHECKPOINT", words, "checkpoint"),)


def _start(words: str) -> str:
    """As a sentence begins."""
    return words[:1].upper() + words[1:]


def _checkpoint(offered: Offered) -> Found:
    if offered.is_of_watch:
        return _check_in(offered)
    chosen = offered.checkpoint
    if chosen is None and not offered.ahead:
        words = "No checkpoint lies ahead: schedule the next one first."
        return (Violation("H-CHECKPOINT", words, "checkpoint", offered.plan_href),)
    if chosen is None:
        words = "Choose the checkpoint that the receiver commits to."
    elif not chosen.is_open:
        words = f"{chosen.reference} is decided already: choose one that lies ahead."
    elif chosen.due_at <= offered.now:
        words = f"{chosen.reference} is overdue: decide it, or choose one that lies ahead."
    else:
        return ()
    return (Violation("H-CHECKPOINT", words, "checkpoint"),)


def _trigger(offered: Offered) -> Found:
    if not says_nothing(offered.trigger):
        return ()
    words = (
        "Write the signal at which the receiver must roll back at once, for example"
        " “401 rate above 10 % for 2 minutes”."
    )
    if has_content(offered.trigger):
        words = f"{quoted(offered.trigger)} is no signal. {words}"
    return (Violation("H-TRIGGER", words, "trigger"),)


def _receiver(offered: Offered) -> Found:
    receiver = offered.receiver
    if receiver is None:
        words = f"Choose who is to take {offered.what}."
    elif not receiver.can_act:
        words = f"{receiver.name} cannot take {offered.what}: only active responders can."
    elif not receiver.may_know:
        words = (
            f"{receiver.name} takes no part in this restricted incident;"
            " the commander lets people take part."
        )
    elif receiver.id == offered.giver:
        words = f"{receiver.name} has {offered.what} already: choose somebody else."
    else:
        return ()
    return (Violation("H-RECEIVER", words, "receiver"),)


def _giver(offered: Offered) -> Found:
    if offered.giver is not None:
        return ()
    words = f"Nobody has {offered.what}, so nobody can hand it over: the commander names somebody."
    return (Violation("H-GIVER", words, href=offered.role_href),)


def _one(offered: Offered) -> Found:
    if not offered.waiting:
        return ()
    already = f"{_start(offered.what)} is offered already, by {offered.waiting}"
    words = f"{already}: it waits for an answer."
    return (Violation("H-ONE", words, href=offered.waiting_href),)


_RULES: tuple[Callable[[Offered], Found], ...] = (
    _giver,
    _one,
    _receiver,
    _boundary,
    _unknowns,
    _checkpoint,
    _trigger,
)

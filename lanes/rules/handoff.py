"""May this be handed over? Playbook, "Handoff acceptance test".

The test has four parts, which are the first four codes here.

``H-BOUNDARY``: the scope is explicit, and nothing is both included and excluded.
``H-UNKNOWNS``: unresolved unknowns are listed, or it is said why there are none.
``H-CHECKPOINT``: the receiver commits to an open checkpoint ahead; of a watch, the next check-in.
``H-TRIGGER``: the signal for an immediate rollback is written.
``H-GIVER``: somebody who can act owns what is handed over.
``H-ONE``: at most one offer of it waits for an answer.
``H-RECEIVER``: the receiver is another active responder who may know of the incident.
``H-OVER``: an incident is handed over while it is active, a watch while it is open.
``H-STATE``: only an open offer can be answered or withdrawn, and accepted while its giver owns it.
``H-REASON``: whoever declines says why.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.rules.wording import listed, quoted
from kernel.refusal import Violation
from kernel.text import has_content, same_reason, says_nothing

Violations = tuple[Violation, ...]

PARTS = {
    "H-BOUNDARY": "Scope is explicit",
    "H-UNKNOWNS": "Unknowns are listed",
    "H-CHECKPOINT": "Next checkpoint is committed",
    "H-TRIGGER": "Rollback failure trigger is written",
}
"""The four parts of the test, in the playbook's order."""

ENDED = "H-STATE"
"""The code of a refusal that comes too late: a page answers it with 409."""


@dataclass(frozen=True, slots=True)
class OpenUnknown:
    """An open unknown of the lane that is handed over: ``reference`` is U-n."""

    reference: str
    text: str

    @property
    def line(self) -> str:
        return f"{self.reference}: {self.text}"


@dataclass(frozen=True, slots=True)
class Commitment:
    """A checkpoint, or a check-in of the watch, that a receiver can commit to."""

    reference: str
    due_at: datetime
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Receiver:
    """``can_act``: is an active responder; ``may_know``: may enter the incident."""

    id: int
    name: str
    can_act: bool = True
    may_know: bool = True


@dataclass(frozen=True, slots=True)
class ProposedHandoff:
    """The terms of an offer, with the facts of the incident that the rules need.

    ``what`` names it in a sentence ("Mitigation", "Command"). ``known`` are its open unknowns,
    ``ahead`` the incident's open checkpoints that are not due yet, ``waiting`` the reference of
    another open handoff of it. The hrefs lead to where each problem can be solved.
    ``is_of_watch``: it commits to a check-in, and ``ahead`` holds only the next one.
    """

    now: datetime
    what: str
    included: tuple[str, ...]
    excluded: tuple[str, ...]
    unknowns: str
    known: tuple[OpenUnknown, ...]
    checkpoint: Commitment | None
    ahead: tuple[Commitment, ...]
    trigger: str
    giver: int | None
    receiver: Receiver | None
    waiting: str = ""
    waiting_href: str = ""
    plan_href: str = ""
    role_href: str = ""
    is_of_watch: bool = False


def violations(proposed: ProposedHandoff) -> Violations:
    """Every reason why this cannot be offered yet."""
    return tuple(violation for rule in _RULES for violation in rule(proposed))


def unmet_parts(violations: Iterable[Violation]) -> tuple[str, ...]:
    """Which of the four parts do not hold, by code."""
    codes = {violation.code for violation in violations}
    return tuple(code for code in PARTS if code in codes)


def complete_unknowns(unknowns: str, known: Iterable[OpenUnknown]) -> str:
    """The unknowns to hand over: the giver's text, then each open unknown missing from it.

    An open unknown is in the text if its reference or its own text is. So none is hidden or listed
    twice.
    """
    written = unknowns.strip() if has_content(unknowns) else ""
    lines = [written] if written else []
    lines += [unknown.line for unknown in known if not _mentions(written, unknown)]
    return "\n".join(lines)


def _mentions(text: str, unknown: OpenUnknown) -> bool:
    # "U-1" is not in "U-12".
    if re.search(rf"(?<![\w-]){re.escape(unknown.reference)}(?![\w-])", text):
        return True
    return any(same_reason(line, unknown.text) for line in text.splitlines())


def _boundary(proposed: ProposedHandoff) -> Violations:
    items = [item for item in proposed.included if not says_nothing(item)]
    if not items:
        typed = "\n".join(proposed.included)
        sentence = "Say what is included, one thing a line."
        if has_content(typed):
            sentence = f"{quoted(typed)} does not say what is included."
        return (Violation("H-BOUNDARY", sentence, "included"),)
    both = {_same(item) for item in items} & {_same(item) for item in proposed.excluded}
    twice = [item for item in items if _same(item) in both]
    sentence = f"{listed(quoted(item) for item in twice)}: both included and excluded."
    return (Violation("H-BOUNDARY", sentence, "excluded"),) if twice else ()


def _same(item: str) -> str:
    return " ".join(item.split()).casefold()


def _unknowns(proposed: ProposedHandoff) -> Violations:
    text = proposed.unknowns
    if not says_nothing(text):
        return ()
    if not has_content(text):
        # Left empty: ``complete_unknowns`` lists the open ones, if there are any.
        sentence = "List what is not known yet, or say in words why there is nothing."
        return () if proposed.known else (Violation("H-UNKNOWNS", sentence, "unknowns"),)
    sentence = f"{quoted(text)} hides what is not known: list it, or say why there is nothing."
    if proposed.known:
        still = listed(unknown.reference for unknown in proposed.known)
        are = "is" if len(proposed.known) == 1 else "are"
        sentence = f"{quoted(text)} cannot be: {still} {are} still open."
    return (Violation("H-UNKNOWNS", sentence, "unknowns"),)


def _check_in(proposed: ProposedHandoff) -> Violations:
    chosen, following = proposed.checkpoint, next(iter(proposed.ahead), None)
    if following is None:
        sentence = "No check-in lies ahead: the watch is over."
    elif chosen is None:
        sentence = "Choose the check-in that the receiver commits to."
    elif not chosen.is_open:
        sentence = f"{capitalise(chosen.reference)} is answered already: choose the next one."
    elif chosen.due_at <= proposed.now:
        sentence = f"{capitalise(chosen.reference)} is due: answer it, and choose the next one."
    elif chosen != following:
        sentence = f"{capitalise(following.reference)} comes first: choose that."
    else:
        return ()
    return (Violation("H-CHECKPOINT", sentence, "checkpoint"),)


def capitalise(text: str) -> str:
    """As a sentence begins."""
    return text[:1].upper() + text[1:]


def _checkpoint(proposed: ProposedHandoff) -> Violations:
    if proposed.is_of_watch:
        return _check_in(proposed)
    chosen = proposed.checkpoint
    if chosen is None and not proposed.ahead:
        sentence = "No checkpoint lies ahead: schedule the next one first."
        return (Violation("H-CHECKPOINT", sentence, "checkpoint", proposed.plan_href),)
    if chosen is None:
        sentence = "Choose the checkpoint that the receiver commits to."
    elif not chosen.is_open:
        sentence = f"{chosen.reference} is decided already: choose one that lies ahead."
    elif chosen.due_at <= proposed.now:
        sentence = f"{chosen.reference} is overdue: decide it, or choose one that lies ahead."
    else:
        return ()
    return (Violation("H-CHECKPOINT", sentence, "checkpoint"),)


def _trigger(proposed: ProposedHandoff) -> Violations:
    if not says_nothing(proposed.trigger):
        return ()
    sentence = (
        "Write the signal at which the receiver must roll back at once, for example"
        " “401 rate above 10 % for 2 minutes”."
    )
    if has_content(proposed.trigger):
        sentence = f"{quoted(proposed.trigger)} is no signal. {sentence}"
    return (Violation("H-TRIGGER", sentence, "trigger"),)


def _receiver(proposed: ProposedHandoff) -> Violations:
    receiver = proposed.receiver
    if receiver is None:
        sentence = f"Choose who is to take {proposed.what}."
    elif not receiver.can_act:
        sentence = f"{receiver.name} cannot take {proposed.what}: only active responders can."
    elif not receiver.may_know:
        sentence = (
            f"{receiver.name} takes no part in this restricted incident;"
            " the commander lets people take part."
        )
    elif receiver.id == proposed.giver:
        sentence = f"{receiver.name} has {proposed.what} already: choose somebody else."
    else:
        return ()
    return (Violation("H-RECEIVER", sentence, "receiver"),)


def _giver(proposed: ProposedHandoff) -> Violations:
    if proposed.giver is not None:
        return ()
    sentence = (
        f"Nobody has {proposed.what}, so nobody can hand it over: the commander names somebody."
    )
    return (Violation("H-GIVER", sentence, href=proposed.role_href),)


def _offered_once(proposed: ProposedHandoff) -> Violations:
    if not proposed.waiting:
        return ()
    already = f"{capitalise(proposed.what)} is offered already, by {proposed.waiting}"
    sentence = f"{already}: it waits for an answer."
    return (Violation("H-ONE", sentence, href=proposed.waiting_href),)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An offer that its receiver wants to accept. ``still_owns``: its giver owns it until now."""

    what: str
    owned: str
    giver: str
    receiver: Receiver
    still_owns: bool


def over_violations(*, can_be_handed_over: bool, is_of_watch: bool) -> Violations:
    if can_be_handed_over:
        return ()
    sentence = "The incident is over: nothing is handed over."
    if is_of_watch:
        sentence = "There is no watch to hand over: it has not begun, or it is over."
    return (Violation("H-OVER", sentence),)


def ended_violations(reference: str, how_ended: str) -> Violations:
    """Of two who answer an offer, the second is refused and reads how it ended."""
    return (Violation(ENDED, f"{reference} is over: {how_ended}"),) if how_ended else ()


def accept_violations(acceptance: Acceptance) -> Violations:
    """Receiver and giver may have changed since the offer."""
    receiver = acceptance.receiver
    if not (receiver.can_act and receiver.may_know):
        sentence = f"{receiver.name} cannot take {acceptance.what}: only active responders can."
        return (Violation("H-RECEIVER", sentence),)
    if not acceptance.still_owns:
        sentence = f"{acceptance.giver} no longer has {acceptance.owned}: it is not theirs to give."
        return (Violation(ENDED, sentence),)
    return ()


def decline_violations(reason: str) -> Violations:
    if says_nothing(reason):
        return (Violation("H-REASON", "Say why you decline it.", "reason"),)
    return ()


_RULES: tuple[Callable[[ProposedHandoff], Violations], ...] = (
    _giver,
    _offered_once,
    _receiver,
    _boundary,
    _unknowns,
    _checkpoint,
    _trigger,
)

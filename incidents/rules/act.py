"""Acting first and writing the record afterwards (product, "Act first").

``A-WHAT``: an act names what was done, an option that is offered, and somebody who can act.
``A-NOW``: ahead of its record only the commander begins something, and only what can be undone.
``A-TIME``: an act lies in the past, and ended after it began.
``A-RECORD``: the record of an act is of that act, and is not moved or left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.decision.evidence_packet import OWNERS_CODE
from incidents.rules.decision.inputs import Candidate
from incidents.rules.decision.ladder import Offer
from incidents.rules.decision.option import (
    CONFIDENCE_CODE,
    CONFLICT_CODE,
    FIRST_CODE,
    ONE_CODE,
    OWED_CODE,
)
from incidents.rules.wording import first_lower
from incidents.vocabulary import REACH_WORDS, Reach
from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]

CLOCK_SLACK = timedelta(minutes=1)
"""A clock may be this much ahead of ours."""


@dataclass(frozen=True, slots=True)
class Act:
    """``began_at`` is None for what begins now; ``done_at`` for what is not done yet.

    ``is_own``: an own option was named; while that is incomplete there is no ``offer``.
    """

    what: str
    offer: Offer | None
    executor: Candidate | None
    began_at: datetime | None = None
    done_at: datetime | None = None
    has_proof: bool = False
    is_own: bool = False

    @property
    def is_fact(self) -> bool:
        """It has happened: no rule about intentions refuses it."""
        return self.began_at is not None


def act_violations(act: Act, now: datetime, *, is_commander: bool) -> Violations:
    """May this be recorded as done first? What has happened may always be."""
    return _what(act) + _now(act, is_commander) + _times(act, now)


def _what(act: Act) -> Violations:
    violations = []
    if says_nothing(act.what):
        violations.append(Violation("A-WHAT", "Say in one line what is done.", "what"))
    if act.offer is None and not act.is_own:
        violations.append(Violation("A-WHAT", "Choose what it is.", "option"))
    if act.executor is None:
        violations.append(Violation("A-WHAT", "Name who does it.", "executor"))
    elif not act.executor.can_act and not act.is_fact:
        sentence = act.executor.unable_sentence("name somebody else who does it")
        violations.append(Violation("A-WHAT", sentence, "executor"))
    return tuple(violations)


def _now(act: Act, is_commander: bool) -> Violations:
    if act.is_fact:
        return ()
    violations = []
    if not is_commander:
        sentence = "Only the commander begins it now. What was done already, say with its time."
        violations.append(Violation("A-NOW", sentence, "began_at"))
    if act.offer is not None and act.offer.reach != Reach.REVERSIBLE:
        sentence = (
            f"{act.offer.label} is {REACH_WORDS[act.offer.reach].lower()}: decide first,"
            " or say when it was done already."
        )
        violations.append(Violation("A-NOW", sentence, "option"))
    return tuple(violations)


def _times(act: Act, now: datetime) -> Violations:
    violations = []
    limit = now + CLOCK_SLACK
    if act.began_at is not None and act.began_at > limit:
        violations.append(
            Violation("A-TIME", "This time is still ahead: say when it began.", "began_at")
        )
    if act.done_at is not None and act.done_at > limit:
        violations.append(
            Violation("A-TIME", "This time is still ahead: say when it ended.", "done_at")
        )
    if act.done_at is not None and act.began_at is None:
        violations.append(Violation("A-TIME", "Say when it began.", "began_at"))
    if act.done_at and act.began_at and act.done_at < act.began_at:
        violations.append(Violation("A-TIME", "It ended before it began.", "done_at"))
    if act.done_at is not None and not act.has_proof:
        sentence = "Cite the proof, or leave it as begun and add the proof when it is there."
        violations.append(Violation("A-TIME", sentence, "evidence"))
    return tuple(violations)


_FACTS = frozenset({CONFIDENCE_CODE, CONFLICT_CODE, FIRST_CODE, ONE_CODE, OWED_CODE})


def split_facts(
    problems: Iterable[Violation], confidence: str, *, same_executor: bool = True
) -> tuple[Violations, Violations]:
    """What refuses the record of an act, and what only warns: it has happened already.

    A confidence that is missing is no fact: it is still refused. Nor is another executor than who
    did it (``same_executor``); that they cannot act any more undoes nothing.
    """
    problems = tuple(problems)
    facts = tuple(
        v
        for v in problems
        if (v.code in _FACTS and confidence)
        or (same_executor and (v.code, v.field) == (OWNERS_CODE, "executor"))
    )
    return tuple(v for v in problems if v not in facts), facts


def leaves_conflict(warnings: Iterable[Violation]) -> bool:
    """Whether the record of an act leaves an open contradiction as it is."""
    return any(warning.code == CONFLICT_CODE for warning in warnings)


def record_violations(
    reference: str, title: str, *, same_option: bool, same_executor: bool
) -> Violations:
    """Is the record about what was done? Option and executor are facts by then."""
    violations = []
    if not same_option:
        sentence = f"{reference} is about what was done: {first_lower(title)}."
        violations.append(Violation("A-RECORD", sentence, "option"))
    if not same_executor:
        sentence = f"Who executed {reference} is recorded already."
        violations.append(Violation("A-RECORD", sentence, "executor"))
    return tuple(violations)


def owed_violations(reference: str) -> Violations:
    """Moving, cancelling or passing over the checkpoint at which a record is owed."""
    sentence = f"The record of {reference} is owed here: complete it."
    return (Violation("A-RECORD", sentence),)

"""May an incident end as void or as a duplicate, and may that be taken back (product, section 9)?

``V-STATUS``: only an active or backfilled incident ends in error; only such an end is taken back.
``V-EXECUTED``: an incident in which a decision was executed goes through the gate instead.
``V-FREEZE``: freezes are lifted first.
``V-FOLLOWED``: an incident with duplicates does not end in error itself.
``V-REASON``: ending in error, and taking that back, each need a reason.
``V-DUPLICATE``: the original exists, is another incident, and every participant may know of it.
"""

from dataclasses import dataclass

from incidents.rules.wording import listed
from incidents.vocabulary import IN_ERROR, Status
from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Original:
    """The incident that this one is a duplicate of.

    ``followed_as`` is the incident that it is itself a duplicate of. ``strangers`` take part in the
    duplicate and may not know of the original.
    """

    number: int
    status: str
    followed_as: str = ""
    restricted: bool = False
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndingFacts:
    """The incident that is to end. ``executed`` names the decisions whose execution was started,
    ``frozen`` the surfaces with a freeze in force, ``duplicates`` the incidents followed here that
    the person who ends it may know of; ``hidden_duplicates``: there are others."""

    status: str
    executed: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    hidden_duplicates: bool = False
    restricted: bool = False


def void_violations(facts: EndingFacts, reason: str) -> Violations:
    violations = []
    if facts.status not in {Status.ACTIVE, Status.BACKFILLED}:
        sentence = "Only an active or a backfilled incident can end so."
        violations.append(Violation("V-STATUS", sentence, "status"))
    if facts.executed:
        was = "was" if len(facts.executed) == 1 else "were"
        sentence = (
            f"{listed(facts.executed)} {was} executed: what was changed goes through the gate."
        )
        violations.append(Violation("V-EXECUTED", sentence, "", "gate"))
    if facts.frozen:
        sentence = f"{listed(facts.frozen)} {_is(facts.frozen)} frozen: lift that first."
        violations.append(Violation("V-FREEZE", sentence, "", "freeze"))
    if facts.duplicates:
        sentence = (
            f"{listed(facts.duplicates)} {_is(facts.duplicates)} followed here: take that back "
            "there first."
        )
        violations.append(Violation("V-FOLLOWED", sentence))
    elif facts.hidden_duplicates:
        sentence = "Another incident is followed here: ask an admin to take that back first."
        violations.append(Violation("V-FOLLOWED", sentence))
    if says_nothing(reason):
        violations.append(Violation("V-REASON", "Say why it was declared in error.", "reason"))
    return tuple(violations)


def _is(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def duplicate_violations(number: int, facts: EndingFacts, original: Original | None) -> Violations:
    """May that incident be named as the original? Unknown and hidden ones get the same answer."""
    if original is None:
        sentence = "There is no such incident. Name it like INC-42."
    elif original.number == number:
        sentence = "It cannot be a duplicate of itself."
    elif original.status in IN_ERROR:
        sentence = f"INC-{original.number} was declared in error itself"
        sentence += f": it is followed as {original.followed_as}." if original.followed_as else "."
    elif original.status == Status.BACKFILLED and facts.status != Status.BACKFILLED:
        sentence = f"INC-{original.number} is backfilled: nothing is followed there."
    elif original.restricted and not facts.restricted:
        sentence = f"INC-{original.number} is restricted: restrict this one first."
    elif original.strangers:
        take = "takes" if len(original.strangers) == 1 else "take"
        sentence = (
            f"INC-{original.number} is restricted, and {listed(original.strangers)} {take} part"
        )
        sentence += " here only: have them take part there first."
    else:
        return ()
    return (Violation("V-DUPLICATE", sentence, "original"),)


def status_before(is_backfilled: bool) -> Status:
    """The status from before it ended in error, to which taking that back returns."""
    return Status.BACKFILLED if is_backfilled else Status.ACTIVE


def take_back_violations(status: str, reason: str) -> Violations:
    violations = []
    if status not in IN_ERROR:
        sentence = "It is neither void nor a duplicate: there is nothing to take back."
        violations.append(Violation("V-STATUS", sentence, "status"))
    if says_nothing(reason):
        violations.append(Violation("V-REASON", "Say why it goes on after all.", "reason"))
    return tuple(violations)

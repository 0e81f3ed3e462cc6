"""May an incident end as void or as a duplicate, and may that be taken back? Pure (product, 9)."""

from dataclasses import dataclass

from incidents.rules.wording import listed
from incidents.vocabulary import IN_ERROR, Status
from kernel.refusal import Violation
from kernel.text import says_nothing

Found = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Original:
    """The incident that this one is a duplicate of, as far as its author may know of it.

    ``strangers`` take part in the duplicate and may not know of this one.
    """

    number: int
    status: str
    restricted: bool = False
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What is to end. ``executed`` names the decisions whose execution ever began, ``frozen`` the
    surfaces whose freeze is in force, ``duplicates`` the incidents that are followed here."""

    status: str
    executed: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    restricted: bool = False


def void_violations(ending: Ending, reason: str) -> Found:
    found = []
    if ending.status not in {Status.ACTIVE, Status.BACKFILLED}:
        words = "Only an active or a backfilled incident can end so."
        found.append(Violation("V-STATUS", words, "status"))
    if ending.executed:
        was = "was" if len(ending.executed) == 1 else "were"
        words = f"{listed(ending.executed)} {was} executed: what was changed goes through the gate."
        found.append(Violation("V-EXECUTED", words, "", "gate"))
    if ending.frozen:
        words = f"{listed(ending.frozen)} {_is(ending.frozen)} frozen: lift that first."
        found.append(Violation("V-FREEZE", words, "", "freeze"))
    if ending.duplicates:
        words = f"{listed(ending.duplicates)} {_is(ending.duplicates)} followed here."
        found.append(Violation("V-FOLLOWED", words))
    if says_nothing(reason):
        found.append(Violation("V-REASON", "Say why it was declared in error.", "reason"))
    return tuple(found)


def _is(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def duplicate_violations(number: int, ending: Ending, original: Original | None) -> Found:
    """What speaks against naming that original; an unknown one and a hidden one sound alike."""
    if original is None:
        words = "There is no such incident. Name it like INC-42."
    elif original.number == number:
        words = "It cannot be a duplicate of itself."
    elif original.status in IN_ERROR:
        words = f"INC-{original.number} was declared in error itself."
    elif original.status == Status.BACKFILLED and ending.status != Status.BACKFILLED:
        words = f"INC-{original.number} is backfilled: nothing is followed there."
    elif original.restricted and not ending.restricted:
        words = f"INC-{original.number} is restricted: restrict this one first."
    elif original.strangers:
        take = "takes" if len(original.strangers) == 1 else "take"
        words = f"INC-{original.number} is restricted, and {listed(original.strangers)} {take} part"
        words += " here only: have them take part there first."
    else:
        return ()
    return (Violation("V-DUPLICATE", words, "original"),)


def before_it(is_backfilled: bool) -> Status:
    """What it was before it ended in error, and is again once that is taken back."""
    return Status.BACKFILLED if is_backfilled else Status.ACTIVE


def take_back_violations(status: str, reason: str) -> Found:
    found = []
    if status not in IN_ERROR:
        words = "It is neither void nor a duplicate: there is nothing to take back."
        found.append(Violation("V-STATUS", words, "status"))
    if says_nothing(reason):
        found.append(Violation("V-REASON", "Say why it goes on after all.", "reason"))
    return tuple(found)

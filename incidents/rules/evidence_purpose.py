"""Whether an item is the precheck, rollback check or verification run that it is called.

A command that is known shows it by itself; else it is what whoever captured it claims, until who
owns the lane, or commands, confirms it. Where they captured it themselves they have.

``E-CLAIM``: only what somebody claims is confirmed, and once.
"""

from collections.abc import Iterable, Mapping

from incidents.rules.command_match import runs
from incidents.vocabulary import LaneKind, Purpose, PurposeBasis
from kernel.refusal import Violation

CHECKED = frozenset({Purpose.PRECHECK, Purpose.ROLLBACK_CHECK, Purpose.VERIFICATION})
"""Purposes on which rules rest."""

type Commands = Mapping[str, Iterable[str]]
"""Known commands by purpose."""


def confirming_lane(purpose: str, lane: str) -> str:
    """The lane whose owner confirms it: its own; else of a precheck mitigation, of others
    verification."""
    if lane:
        return lane
    return (LaneKind.MITIGATION if purpose == Purpose.PRECHECK else LaneKind.VERIFICATION).value


def is_known(command: str, purpose: str, known: Commands) -> bool:
    """Whether the command runs one that is known for this purpose."""
    return bool(command) and any(runs(command, one) for one in known.get(purpose, ()))


def basis(purpose: str, *, known: bool, is_owner: bool) -> str:
    """What the purpose of a new item rests on."""
    if purpose not in CHECKED:
        return PurposeBasis.NONE.value
    if known:
        return PurposeBasis.COMMAND.value
    return (PurposeBasis.OWNER if is_owner else PurposeBasis.CLAIM).value


def confirm_violations(reference: str, incident: str, *, is_here: bool) -> tuple[Violation, ...]:
    """``E-CLAIM``: only what somebody claims is confirmed, and once."""
    if not is_here:
        sentence = f"{incident} has no evidence {reference}."
    else:
        sentence = f"What {reference} is for needs nobody to confirm it."
    return (Violation("E-CLAIM", sentence),)

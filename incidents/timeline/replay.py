"""The state of an incident at a moment, folded from its timeline: pure, no queries, no clock.

Most rows have their own times. What is overwritten in place is only in the entries: the incident's
own columns, the owners of branches and risks, who kept a freeze, a record that was owed. An entry
that changes a column has the new value in ``becomes``, by the column's name; entries from before
``becomes`` existed are interpreted by their other data, as far as possible.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incidents.vocabulary import Phase, Reach, Severity
from kernel.registry import Registry

type Data = Mapping[str, Any]
type Columns = dict[str, Any]

BECOMES = "becomes"
REPLACED = "replaced"
"""In the entry of a completed record: its columns until then, by name."""
SURFACES = "surfaces"
"""Not a column: the keys of the impacted surfaces, or their names in old entries."""


@dataclass(frozen=True, slots=True)
class ReplayedEntry:
    """The parts of a timeline entry that the replay reads."""

    kind: str
    subject: str
    at: datetime
    data: Data


@dataclass(frozen=True, slots=True)
class Hold:
    """A freeze that was kept on purpose: by whom, since when, why."""

    at: datetime
    owner: int
    reason: str


@dataclass(slots=True)
class PastState:
    """``columns`` by name; ``owners`` by reference (``B-1``, ``RISK-2``); ``holds`` by surface,
    in order of time; ``owed`` are the columns of records that were completed later, by reference.
    """

    columns: Columns = field(default_factory=dict)
    owners: dict[str, int | None] = field(default_factory=dict)
    holds: dict[int, list[Hold]] = field(default_factory=dict)
    owed: dict[str, Columns] = field(default_factory=dict)


def _nothing(data: Data) -> Columns:
    return {}


def _code_of(label: str, choices: type[Severity] | type[Phase]) -> str:
    return next((code for code, choice_label in choices.choices if choice_label == label), "")


def _declared(data: Data) -> Columns:
    return {
        "severity": _code_of(data.get("severity", ""), Severity),
        "phase": Phase.DETECTION.value,
        SURFACES: list(data.get("surfaces", ())),
    }


def _reached(data: Data) -> Columns:
    broad = data["reach"] == Reach.BROAD
    return {"broad_rollback_reason": data["reason"] if broad else ""}


def _impacted(data: Data) -> Columns:
    names = data["surfaces"]
    return {SURFACES: [] if names == "None." else names.split(", ")}


_COLUMNS_WITHOUT_BECOMES: dict[str, Callable[[Data], Columns]] = {
    "incident.declared": _declared,
    "severity.changed": lambda data: {"severity": _code_of(data["after"], Severity)},
    "phase.changed": lambda data: {"phase": _code_of(data["after"], Phase)},
    "channel.set": lambda data: {"evidence_channel": data["channel"]},
    "revision.set": lambda data: {"last_known_good": data["revision"]},
    "rollback.reach": _reached,
    "surfaces.changed": _impacted,
    "scenario.set": lambda data: {"scenario": data["slug"]},
}
"""For old entries without ``becomes``: the columns that each kind changes, from its data."""

_OWNING = frozenset({"branch.opened", "branch.owner", "risk.noted", "risk.owned"})
_KEEPING = "freeze.kept"
_COMPLETING = "decision.recorded"

KINDS = Registry[str]("replayed kind of entry", name_of=str)
"""The codes of the kinds that are replayed; other entries need not be read. Whoever registers one
writes what it changes into ``becomes``."""

for _kind in sorted({*_COLUMNS_WITHOUT_BECOMES, *_OWNING, _KEEPING, _COMPLETING}):
    KINDS.register(_kind)


def replay(entries: Iterable[ReplayedEntry], until: datetime, now: Mapping[str, Any]) -> PastState:
    """The incident at ``until``, from all its ``lines`` in order.

    ``now`` are the columns as they stand: what no entry ever changed was always so.
    """
    entries = list(entries)
    touched = {name for entry in entries for name in _columns(entry)}
    past = PastState({name: value for name, value in now.items() if name not in touched})
    for entry in entries:
        if entry.at <= until:
            _fold(past, entry)
        elif entry.kind == _COMPLETING:
            past.owed[entry.subject] = entry.data.get(REPLACED, {})
    return past


def _fold(past: PastState, entry: ReplayedEntry) -> None:
    past.columns.update(_columns(entry))
    if entry.kind in _OWNING and "owner_id" in entry.data:
        past.owners[entry.subject] = entry.data["owner_id"]
    if entry.kind == _KEEPING and "surface_id" in entry.data:
        hold = Hold(entry.at, entry.data["owner_id"], entry.data["reason"])
        past.holds.setdefault(entry.data["surface_id"], []).append(hold)


def _columns(entry: ReplayedEntry) -> Columns:
    if BECOMES in entry.data:
        return dict(entry.data[BECOMES])
    return _COLUMNS_WITHOUT_BECOMES.get(entry.kind, _nothing)(entry.data)

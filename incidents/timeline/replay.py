"""What an incident was at a moment, folded from its timeline: pure, no queries, no clock.

Most rows keep their own times. What is overwritten in place stands only in the entries: the
incident's own columns, who owned a branch or a risk, who kept a freeze. An entry that changes a
column says so in ``becomes``, by the column's name; entries from before that are read by their
words, as far as those tell.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incidents.vocabulary import Phase, Reach, Severity

type Data = Mapping[str, Any]
type Columns = dict[str, Any]

BECOMES = "becomes"
SURFACES = "surfaces"
"""The one that is no column: the keys of the impacted surfaces, or their names in old entries."""


@dataclass(frozen=True, slots=True)
class Line:
    """A timeline entry as far as it is replayed."""

    kind: str
    subject: str
    at: datetime
    data: Data


@dataclass(frozen=True, slots=True)
class Kept:
    """A freeze kept on purpose: by whom, since when, why."""

    at: datetime
    owner: int
    reason: str


@dataclass(slots=True)
class Then:
    """``columns`` by name; ``owners`` by reference (``B-1``, ``RISK-2``); ``kept`` by surface,
    in order of time."""

    columns: Columns = field(default_factory=dict)
    owners: dict[str, int | None] = field(default_factory=dict)
    kept: dict[int, list[Kept]] = field(default_factory=dict)


def _nothing(data: Data) -> Columns:
    return {}


def _coded(label: str, choices: type[Severity] | type[Phase]) -> str:
    return next((code for code, words in choices.choices if words == label), "")


def _declared(data: Data) -> Columns:
    return {
        "severity": _coded(data.get("severity", ""), Severity),
        "phase": Phase.DETECTION.value,
        SURFACES: list(data.get("surfaces", ())),
    }


def _reached(data: Data) -> Columns:
    broad = data["reach"] == Reach.BROAD
    return {"broad_rollback_reason": data["reason"] if broad else ""}


def _impacted(data: Data) -> Columns:
    names = data["surfaces"]
    return {SURFACES: [] if names == "None." else names.split(", ")}


_WORDS: dict[str, Callable[[Data], Columns]] = {
    "incident.declared": _declared,
    "severity.changed": lambda data: {"severity": _coded(data["after"], Severity)},
    "phase.changed": lambda data: {"phase": _coded(data["after"], Phase)},
    "channel.set": lambda data: {"evidence_channel": data["channel"]},
    "revision.set": lambda data: {"last_known_good": data["revision"]},
    "rollback.reach": _reached,
    "surfaces.changed": _impacted,
    "scenario.set": lambda data: {"scenario": data["slug"]},
}
"""What each kind that changes a column says without ``becomes``."""

_OWNING = frozenset({"branch.opened", "branch.owner", "risk.noted", "risk.owned"})
_KEEPING = "freeze.kept"

_kinds = {*_WORDS, *_OWNING, _KEEPING}


def register(kind: str) -> str:
    """Add a kind of entry that changes columns of the incident and says so in ``becomes``."""
    _kinds.add(kind)
    return kind


def kinds() -> frozenset[str]:
    """The kinds that are replayed: no other entry has to be read."""
    return frozenset(_kinds)


def replay(lines: Iterable[Line], until: datetime, now: Mapping[str, Any]) -> Then:
    """The incident at ``until``, from all its ``lines`` in order.

    ``now`` are the columns as they stand: what no entry ever changed was always so.
    """
    lines = list(lines)
    touched = {name for line in lines for name in _columns(line)}
    then = Then({name: value for name, value in now.items() if name not in touched})
    for line in lines:
        if line.at <= until:
            _fold(then, line)
    return then


def _fold(then: Then, line: Line) -> None:
    then.columns.update(_columns(line))
    if line.kind in _OWNING and "owner_id" in line.data:
        then.owners[line.subject] = line.data["owner_id"]
    if line.kind == _KEEPING and "surface_id" in line.data:
        kept = Kept(line.at, line.data["owner_id"], line.data["reason"])
        then.kept.setdefault(line.data["surface_id"], []).append(kept)


def _columns(line: Line) -> Columns:
    if BECOMES in line.data:
        return dict(line.data[BECOMES])
    return _WORDS.get(line.kind, _nothing)(line.data)

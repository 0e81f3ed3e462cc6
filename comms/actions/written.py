"""A message as its author filled it in, without its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from incidents.actions.decision_input import masked_raw
from incidents.models import Person
from kernel.refusal import Violation
from kernel.text import clean_text

_COLUMNS = {
    "headline": 120,
    "impact": 2000,
    "mitigation": 2000,
    "no_unknowns": 500,
    "correction": 500,
    "summary": 160,
    "decision": 1000,
    "ask": 500,
    "happened": 2000,
    "path": 2000,
    "uncertain": 2000,
    "need": 2000,
}
LONGEST_UNKNOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What every message has. ``corrects`` is the number of the one that it corrects.

    ``shape`` is what could not even be read (an odd time, a text too long), ``raw`` the form as
    typed, kept as the draft when it is refused.
    """

    next_at: datetime | None = None
    corrects: int | None = None
    correction: str = ""
    shape: tuple[Violation, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenUpdate(Written):
    """``surfaces`` maps the keys of surfaces to their states."""

    audience: str = ""
    progress: str = ""
    headline: str = ""
    impact: str = ""
    mitigation: str = ""
    unknowns: tuple[str, ...] = ()
    no_unknowns: str = ""
    surfaces: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEscalation(Written):
    summary: str = ""
    impact: str = ""
    decision: str = ""
    ask: str = ""
    owner: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenNote(Written):
    happened: str = ""
    path: str = ""
    confidence: str = ""
    uncertain: str = ""
    need: str = ""
    owner: Person | None = None


def masked[W: Written](written: W) -> W:
    """Every text without its secrets: a message is read by many and never changed."""
    texts: dict[str, Any] = {
        item.name: clean_text(value, _COLUMNS.get(item.name))
        for item in fields(written)
        if isinstance(value := getattr(written, item.name), str)
    }
    if isinstance(written, WrittenUpdate):
        texts["unknowns"] = tuple(
            kept for one in written.unknowns if (kept := clean_text(one, LONGEST_UNKNOWN))
        )
    return replace(written, raw=masked_raw(written.raw), **texts)

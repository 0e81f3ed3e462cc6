"""What a package is made of: plain values, as they were read from the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class About:
    """The incident itself. ``url`` is where it is, ``note`` the five texts by their field."""

    incident: int
    version: int
    title: str
    severity: str
    scenario: str
    surfaces: tuple[str, ...]
    declared_at: datetime
    declared_by: str
    recovered_at: datetime | None
    closed_at: datetime
    closed_by: str
    made_at: datetime
    commander: str
    watch_owner: str
    watch_until: datetime
    trigger: str
    confidence: str
    last_known_good: str
    note: Mapping[str, str]
    entries: int
    last_hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline, in words."""

    seq: int
    at: datetime
    kind: str
    words: str
    who: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, what became of it, and what shows that."""

    reference: str
    at: datetime
    title: str
    record: str
    state: str
    mitigates: bool
    done_at: datetime | None
    proof: tuple[str, ...]
    revisions: tuple[str, ...]
    links: tuple[str, ...]
    diffstat: str


@dataclass(frozen=True, slots=True)
class Branched:
    name: str
    type: str
    state: str
    owner: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command that verified, as it ran last."""

    reference: str
    command: str
    exit_code: int | None
    at: datetime
    host: str
    output: str
    masks: int


@dataclass(frozen=True, slots=True)
class Item:
    """A captured item. ``file`` is its path in the zip."""

    reference: str
    kind: str
    title: str
    at: datetime
    size: int
    sha256: str
    file: str


@dataclass(frozen=True, slots=True)
class Work:
    """Something with an owner: a risk, a piece of hardening work."""

    reference: str
    text: str
    owner: str
    due_on: date | None = None
    tracker: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    about: About
    entries: tuple[Entry, ...]
    decisions: tuple[Decided, ...]
    branches: tuple[Branched, ...]
    commands: tuple[Command, ...]
    evidence: tuple[Item, ...]
    risks: tuple[Work, ...]
    backlog: tuple[Work, ...]
    picture: Mapping[str, Any]
    answers: tuple[Mapping[str, str], ...] = ()
    commands_left: int = 0
    """Older commands that are among the evidence alone."""

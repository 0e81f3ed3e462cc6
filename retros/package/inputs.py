"""What a package is built from: plain values, as they were read from the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """The incident itself. ``note`` has the texts of the closing statement by field."""

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
    ending: str = ""
    """A sentence, where it recovered without mitigation."""


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """An entry of the timeline as a sentence."""

    seq: int
    at: datetime
    kind: str
    sentence: str
    who: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionSummary:
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
class BranchSummary:
    name: str
    type: str
    state: str
    owner: str


@dataclass(frozen=True, slots=True)
class CommandRun:
    """A command that verified, as it ran last."""

    reference: str
    command: str
    exit_code: int | None
    at: datetime
    host: str
    output: str
    masks: int


@dataclass(frozen=True, slots=True)
class EvidenceSummary:
    """A captured piece of evidence. ``file`` is its path in the zip."""

    reference: str
    kind: str
    title: str
    at: datetime
    size: int
    sha256: str
    file: str


@dataclass(frozen=True, slots=True)
class WorkSummary:
    """Something with an owner: a risk, a piece of hardening work."""

    reference: str
    text: str
    owner: str
    due_on: date | None = None
    tracker: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class PackageInput:
    about: IncidentSummary
    entries: tuple[EntrySummary, ...]
    decisions: tuple[DecisionSummary, ...]
    branches: tuple[BranchSummary, ...]
    commands: tuple[CommandRun, ...]
    evidence: tuple[EvidenceSummary, ...]
    risks: tuple[WorkSummary, ...]
    backlog: tuple[WorkSummary, ...]
    picture: Mapping[str, Any]
    answers: tuple[Mapping[str, str], ...] = ()
    commands_left: int = 0
    """Older commands that are only among the evidence."""

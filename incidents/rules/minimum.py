"""The evidence minimum of a scenario: which requirement is met, by what, and since when.

Playbook, "Scenario library". A requirement is met by evidence that somebody named for it, or that
is recognised by its purpose or by the command that printed it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.rules.checklist import DerivedItem
from incidents.vocabulary import DependencyClass


@dataclass(frozen=True, slots=True)
class RequiredEvidence:
    """One requirement of an evidence minimum.

    Evidence is recognised automatically by ``purpose`` (of the vocabulary), by ``command`` (words
    of a command line), or by both together. Without either, somebody has to name the evidence.
    """

    key: str
    label: str
    purpose: str = ""
    command: str = ""

    @property
    def is_recognised(self) -> bool:
        return bool(self.purpose or self.command)


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """Evidence that may meet a requirement.

    ``key`` is the requirement that somebody named it for, and ``at`` is when they did. Without a
    ``key``, ``at`` is when the evidence was captured.
    """

    number: int
    at: datetime
    key: str = ""
    purpose: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class RequirementStatus:
    """One requirement as a checklist item, with the numbers of the evidence that meets it."""

    item: DerivedItem
    evidence: tuple[int, ...] = ()


CLASS_EVIDENCE: dict[str, tuple[RequiredEvidence, ...]] = {
    DependencyClass.AUTH: (RequiredEvidence("class-audit-capture", "Audit capture"),),
    DependencyClass.BILLING: (
        RequiredEvidence("class-reconciliation-boundary", "Reconciliation boundary"),
    ),
    DependencyClass.MESSAGING: (
        RequiredEvidence("class-throttling-threshold", "Throttling threshold"),
        RequiredEvidence("class-replay-guard", "Replay guard"),
    ),
    DependencyClass.OBSERVABILITY: (
        RequiredEvidence("class-rollback-threshold", "Conservative rollback threshold"),
    ),
}
"""What the default response of a class needs to be shown (playbook, "Dependency risk matrix")."""


def of_classes(classes: Iterable[str]) -> tuple[RequiredEvidence, ...]:
    """What the impacted dependency classes ask for, each once, in the order of the matrix."""
    impacted = set(classes)
    return tuple(
        required
        for name, needed in CLASS_EVIDENCE.items()
        if name in impacted
        for required in needed
    )


def check_minimum(
    requirements: Iterable[RequiredEvidence], captured: Iterable[EvidenceFacts]
) -> tuple[RequirementStatus, ...]:
    """The status of each requirement, met since the first evidence that meets it."""
    ordered = sorted(captured, key=lambda evidence: (evidence.at, evidence.number))
    return tuple(
        _status(required, [evidence for evidence in ordered if meets(evidence, required)])
        for required in requirements
    )


def _status(required: RequiredEvidence, meeting: list[EvidenceFacts]) -> RequirementStatus:
    missing = "" if meeting else "no evidence shows it yet"
    met_at = meeting[0].at if meeting else None
    numbers = dict.fromkeys(evidence.number for evidence in meeting)
    return RequirementStatus(
        DerivedItem(required.key, required.label, met_at, missing), tuple(numbers)
    )


def meets(evidence: EvidenceFacts, required: RequiredEvidence) -> bool:
    """Named for this requirement, or recognised as meeting it."""
    if evidence.key:
        return evidence.key == required.key
    if not required.is_recognised or (required.purpose and evidence.purpose != required.purpose):
        return False
    return bool(re.search(command_pattern(required.command), evidence.command, re.IGNORECASE))


def command_pattern(command: str) -> str:
    """A regular expression for the words in order, however they are spaced.

    ``re`` and PostgreSQL read it alike.
    """
    return r"\s+".join(re.escape(word) for word in command.split())

"""A Checkpoint Decision Record as its author filled it in, without its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from incidents.models import Person
from incidents.rules import decision as rules
from incidents.rules.conflict import Scores
from kernel.refusal import Violation
from kernel.text import clean_lines, clean_text, mask_secrets

_MAX_COLUMN_CHARACTERS = {"next_action": 300, "option_detail": 200, "risk_new": 500}
MAX_TEXT_CHARACTERS = 8000
"""Characters: of the columns, and of any raw value that a draft keeps."""


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """What was filled in.

    ``evidence``, ``conflict_evidence`` and ``risks`` are numbers within the incident, ``rejected``
    maps options to reasons, ``scores`` the numbers of recommendations to the commander's scores.
    ``shape`` is what could not even be read (an odd time, a text too long), ``raw`` the form as
    typed, kept as the draft when the decision is refused.
    """

    scope: str = ""
    evidence: tuple[int, ...] = ()
    risks: tuple[int, ...] = ()
    risk_new: str = ""
    next_action: str = ""
    deadline: datetime | None = None
    choice: str = ""
    option: str = ""
    option_detail: str = ""
    rejected: Mapping[str, str] = field(default_factory=dict)
    why_now: str = ""
    reversibility: str = ""
    blast_radius: str = ""
    verification: str = ""
    confidence: str = ""
    executor: Person | None = None
    verifier: Person | None = None
    deviation_reason: str = ""
    override_reason: str = ""
    supersede_reason: str = ""
    scores: Mapping[int, Scores] = field(default_factory=dict)
    conflict_evidence: tuple[int, ...] = ()
    conflict_reason: str = ""
    shape: tuple[Violation, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cited(self) -> frozenset[int]:
        """Every evidence item that the record rests on."""
        return frozenset(self.evidence) | frozenset(self.conflict_evidence)


def masked(written: DecisionInput) -> DecisionInput:
    """Every text without its secrets: a record is read by many and never changed."""
    texts: dict[str, Any] = {
        item.name: clean_text(value, _MAX_COLUMN_CHARACTERS.get(item.name))
        for item in fields(written)
        if isinstance(value := getattr(written, item.name), str)
    }
    rejected = {option: clean_text(reason) for option, reason in written.rejected.items()}
    return replace(written, rejected=rejected, raw=masked_raw(written.raw), **texts)


def masked_raw(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    """A form as typed, without its secrets. Longer than any field may be is not kept."""
    return {
        name: [mask_secrets(clean_lines(str(value)[:MAX_TEXT_CHARACTERS])).text for value in values]
        for name, values in raw.items()
    }


def settled(written: DecisionInput) -> DecisionInput:
    """What follows from itself filled in: the choice from the option, and the other way round."""
    proposal = rules.settle(rules.Proposal(choice=written.choice, option=written.option))
    return replace(written, choice=proposal.choice, option=proposal.option)

"""A Checkpoint Decision Record as its author filled it in, without its secrets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from incidents.assessments.decision import candidate
from incidents.models import Decision, Evidence, Person
from incidents.rules.conflict import Scores
from incidents.rules.decision import Cited, DecisionFields, Proposal
from incidents.vocabulary import Purpose
from kernel.refusal import Violation
from kernel.text import clean_lines, clean_text, drop_controls, mask_secrets

_MAX_COLUMN_CHARACTERS = {"next_action": 300, "option_detail": 200, "risk_new": 500}
MAX_TEXT_CHARACTERS = 8000
"""The longest raw text that a draft stores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInput(DecisionFields):
    """The fields of the form: those that the rules read as they are, and these.

    ``evidence``, ``conflict_evidence`` and ``risks`` are numbers within the incident; ``scores``
    maps the numbers of recommendations to the commander's scores. ``shape`` are the errors of
    fields that could not be parsed (an odd time, a text too long), ``raw`` is the form as typed,
    stored as the draft when the decision is refused.
    """

    evidence: tuple[int, ...] = ()
    risks: tuple[int, ...] = ()
    risk_new: str = ""
    option_detail: str = ""
    executor: Person | None = None
    verifier: Person | None = None
    scores: Mapping[int, Scores] = field(default_factory=dict)
    conflict_evidence: tuple[int, ...] = ()
    shape: tuple[Violation, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cited(self) -> frozenset[int]:
        """Every evidence item that the record rests on."""
        return frozenset(self.evidence) | frozenset(self.conflict_evidence)

    def proposal(self, evidence: Iterable[Evidence], risks: tuple[str, ...]) -> Proposal:
        """As input of the rules: ``evidence`` are the cited items of this incident, ``risks`` the
        texts of all risks."""
        cited = {
            item.number: Cited(item.number, item.has_content, item.purpose == Purpose.PRECHECK)
            for item in evidence
        }

        def citations(numbers: tuple[int, ...]) -> tuple[Cited, ...]:
            return tuple(cited.get(n) or Cited(n, of_incident=False) for n in numbers)

        return Proposal(
            **{name: getattr(self, name) for name in _SHARED},
            evidence=citations(self.evidence),
            risks=risks,
            executor=candidate(self.executor),
            verifier=candidate(self.verifier),
            conflict_evidence=citations(self.conflict_evidence),
        )

    def columns(self) -> dict[str, Any]:
        """The columns of the record that have a field of the same name."""
        filled_in = {name: getattr(self, name) for name in _COLUMNS}
        return {
            name: entry.strip() if isinstance(entry, str) else entry
            for name, entry in filled_in.items()
        }


_SHARED = tuple(shared.name for shared in fields(DecisionFields))
_COLUMNS = tuple(
    column.name
    for column in Decision._meta.concrete_fields
    if column.name in {own.name for own in fields(DecisionInput)}
)


def mask_input(decision_input: DecisionInput) -> DecisionInput:
    """Every text without its secrets: a record is read by many and never changed."""
    texts: dict[str, Any] = {
        own.name: clean_text(text, _MAX_COLUMN_CHARACTERS.get(own.name))
        for own in fields(decision_input)
        if isinstance(text := getattr(decision_input, own.name), str)
    }
    rejected = {option: clean_text(reason) for option, reason in decision_input.rejected.items()}
    raw = masked_raw(decision_input.raw)
    return replace(decision_input, rejected=rejected, raw=raw, **texts)


def masked_raw(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    """A form as typed, without its secrets, each text cut to the longest that any field allows."""
    return {
        name: [_masked_draft(str(text)[:MAX_TEXT_CHARACTERS]) for text in texts]
        for name, texts in raw.items()
    }


def _masked_draft(text: str) -> str:
    """As typed, spaces at its ends too: somebody goes on writing there."""
    return mask_secrets(drop_controls(clean_lines(text))).text

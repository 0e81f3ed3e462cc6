"""May this leadership note go out? Playbook, "Leadership handoff note template".

``U-HAPPENED``: it says what happened.
``U-PATH``: it says why this path was chosen.
``U-CONFIDENCE``: it states a level of confidence.
``U-UNCERTAIN``: it says what is uncertain, or why nothing is.
``U-NEED``: it says what is needed of leadership, which may be "nothing for now".
"""

from dataclasses import dataclass, field

from comms.rules.message.common import (
    Correction,
    Owner,
    Violations,
    check_correction,
    check_owner,
    required_text,
)
from incidents.vocabulary import Confidence
from kernel.refusal import Violation
from kernel.text import has_content


@dataclass(frozen=True, slots=True)
class LeadershipNote:
    happened: str
    path: str
    confidence: str
    uncertain: str
    need: str
    owner: Owner | None = None
    correction: Correction = field(default_factory=Correction)


def violations(note: LeadershipNote) -> Violations:
    """Every reason why this cannot be sent, in the order of the form."""
    return (
        *required_text("U-HAPPENED", "happened", note.happened, "Say what happened."),
        *required_text("U-PATH", "path", note.path, "Say why this path was chosen."),
        *_confidence(note),
        *required_text(
            "U-UNCERTAIN", "uncertain", note.uncertain, "Say what is uncertain, or why nothing."
        ),
        *_need(note),
        *check_owner(note.owner, "the next 24 hours"),
        *check_correction(note.correction),
    )


def _confidence(note: LeadershipNote) -> Violations:
    if note.confidence in Confidence.values:
        return ()
    return (Violation("U-CONFIDENCE", "Choose how sure you are.", "confidence"),)


def _need(note: LeadershipNote) -> Violations:
    """Unlike in other fields, "nothing for now" is an answer here."""
    if has_content(note.need):
        return ()
    return (Violation("U-NEED", "Say what you need, or “nothing for now”.", "need"),)

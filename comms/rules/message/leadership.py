"""May this leadership note go out? Playbook, "Leadership handoff note template"."""

from dataclasses import dataclass, field

from comms.rules.message.common import Correcting, Found, Owner, correction, owner, text
from incidents.vocabulary import Confidence
from kernel.refusal import Violation
from kernel.text import has_content


@dataclass(frozen=True, slots=True)
class Note:
    happened: str
    path: str
    confidence: str
    uncertain: str
    need: str
    owner: Owner | None = None
    correcting: Correcting = field(default_factory=Correcting)


def violations(said: Note) -> Found:
    """Every reason why this cannot be sent, in the order of the form."""
    return (
        *text("U-HAPPENED", "happened", said.happened, "Say what happened."),
        *text("U-PATH", "path", said.path, "Say why this path was chosen."),
        *_confidence(said),
        *text("U-UNCERTAIN", "uncertain", said.uncertain, "Say what is uncertain, or why nothing."),
        *_need(said),
        *owner(said.owner, "the next 24 hours"),
        *correction(said.correcting),
    )


def _confidence(said: Note) -> Found:
    if said.confidence in Confidence.values:
        return ()
    return (Violation("U-CONFIDENCE", "Choose how sure you are.", "confidence"),)


def _need(said: Note) -> Found:
    """Leadership is asked for nothing only in words: here alone "nothing for now" is an answer."""
    if has_content(said.need):
        return ()
    return (Violation("U-NEED", "Say what you need, or “nothing for now”.", "need"),)

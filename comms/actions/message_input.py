"""A message as its author filled in the form, with secrets masked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from incidents.models import Person
from incidents.rules.draft import NO_STAMP, DraftStamp
from kernel.refusal import Violation
from kernel.text import clean_line, clean_text, masked_raw

_MAX_LENGTHS = {
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
MAX_UNKNOWN_LENGTH = 300

_LINES = frozenset({"headline", "summary"})
"""What becomes the subject of a mail and the title of an entry in a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageInput:
    """The fields of every message. ``corrects`` is the number of the one that it corrects.

    ``shape`` lists fields that could not be read (an unreadable time, a text that is too long),
    ``raw`` is the form as typed, saved as a draft when it is refused.
    """

    next_at: datetime | None = None
    corrects: int | None = None
    correction: str = ""
    shape: tuple[Violation, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)
    stamp: DraftStamp = NO_STAMP


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateInput(MessageInput):
    """``surfaces`` maps the keys of surfaces to their states.

    ``no_names`` says that what looks like names of people in the texts names nobody.
    """

    audience: str = ""
    progress: str = ""
    headline: str = ""
    impact: str = ""
    mitigation: str = ""
    unknowns: tuple[str, ...] = ()
    no_unknowns: str = ""
    surfaces: Mapping[int, str] = field(default_factory=dict)
    no_names: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationInput(MessageInput):
    summary: str = ""
    impact: str = ""
    decision: str = ""
    ask: str = ""
    owner: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadershipNoteInput(MessageInput):
    happened: str = ""
    path: str = ""
    confidence: str = ""
    uncertain: str = ""
    need: str = ""
    owner: Person | None = None


def mask_input[W: MessageInput](message_input: W) -> W:
    """Mask secrets in every text: a message is read by many and never changes."""
    texts: dict[str, Any] = {
        item.name: (clean_line if item.name in _LINES else clean_text)(
            value, _MAX_LENGTHS.get(item.name)
        )
        for item in fields(message_input)
        if isinstance(value := getattr(message_input, item.name), str)
    }
    if isinstance(message_input, UpdateInput):
        texts["unknowns"] = tuple(
            cleaned
            for unknown in message_input.unknowns
            if (cleaned := clean_text(unknown, MAX_UNKNOWN_LENGTH))
        )
    return replace(message_input, raw=masked_raw(message_input.raw), **texts)

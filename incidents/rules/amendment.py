"""Correcting what is on the timeline: by a new entry that names the one it corrects.

``AM-KIND``: notes, hypotheses, descriptions of evidence and texts of decisions are corrected.
``AM-WHO``: whoever wrote it corrects it, or whoever is in command.
``AM-TEXT``: a correction has a text of at most 4,000 characters.
``AM-SAME``: a correction says something else than what stands there.
"""

from dataclasses import dataclass

from kernel.refusal import Violation
from kernel.text import has_content

MAX_LENGTH = 4000

Violations = tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class CorrectableText:
    """One text of an entry, as its latest correction has it; ``label`` says which it is."""

    code: str
    label: str
    text: str


def author_violations(author: str, *, is_author: bool, in_command: bool) -> Violations:
    """May this person correct what ``author`` wrote?"""
    if is_author or in_command:
        return ()
    return (Violation("AM-WHO", f"{author} wrote it: they or the commander correct it."),)


def text_violations(current: CorrectableText | None, text: str) -> Violations:
    """Is this a correction? ``current`` is None where the entry has no such text."""
    if current is None:
        sentence = "This cannot be corrected: write a note that says what is so."
        return (Violation("AM-KIND", sentence, "part"),)
    if not has_content(text):
        return (Violation("AM-TEXT", "Write what it should say.", "text"),)
    if len(text) > MAX_LENGTH:
        sentence = f"A correction holds {MAX_LENGTH} characters, this has {len(text)}."
        return (Violation("AM-TEXT", sentence, "text"),)
    if text == current.text.strip():
        return (Violation("AM-SAME", "It says that already: change the text.", "text"),)
    return ()

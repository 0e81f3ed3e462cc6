"""Notes of a lane, or of none.

``N-EMPTY``: a note has text.
``N-LONG``: a note is at most 4,000 characters; longer text is captured as evidence.
"""

from kernel.refusal import Violation
from kernel.text import has_content

MAX_LENGTH = 4000


def violations(text: str) -> tuple[Violation, ...]:
    if not has_content(text):
        return (Violation("N-EMPTY", "Write the note first.", "text"),)
    if len(text) > MAX_LENGTH:
        sentence = (
            f"A note holds {MAX_LENGTH} characters, this has {len(text)}. Capture it as evidence."
        )
        return (Violation("N-LONG", sentence, "text"),)
    return ()

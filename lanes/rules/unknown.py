"""What a lane does not know yet, and what resolves it. Playbook: unknowns are said in words."""

from collections.abc import Iterable

from incidents.rules.decision import Cited
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing
from lanes.rules.citing import foreign

Found = tuple[Violation, ...]

LONGEST = 500
"""Characters of an unknown, and of what resolves it."""


def raise_violations(text: str) -> Found:
    """``U-TEXT``, ``U-LONG``: an unknown is a question; "none" and its like are not one."""
    found = []
    if says_nothing(text):
        words = "Write what is not known."
        if has_content(text):
            words = f"{quoted(text)} is not an unknown: say what is not known."
        found.append(Violation("U-TEXT", words, "text"))
    return (*found, *_length(text, "text"))


def resolve_violations(
    reference: str, resolved: str, resolution: str, cited: Iterable[Cited]
) -> Found:
    """Resolving: it is open, words say what is known now, and evidence is of this incident.

    ``resolved`` says by whom it is resolved already, or nothing. Evidence may be left out.
    """
    found = []
    if resolved:
        found.append(Violation("U-STATE", f"{reference} is resolved already, by {resolved}."))
    if says_nothing(resolution):
        words = "Write what is known now."
        if has_content(resolution):
            words = f"{quoted(resolution)} does not say what is known now."
        found.append(Violation("U-RESOLUTION", words, "resolution"))
    found += _length(resolution, "resolution")
    if sentence := foreign(cited):
        found.append(Violation("U-EVIDENCE", sentence, "evidence"))
    return tuple(found)


def _length(text: str, field: str) -> Found:
    if len(text) <= LONGEST:
        return ()
    words = f"This holds {LONGEST} characters, you wrote {len(text)}. Capture the rest as evidence."
    return (Violation("U-LONG", words, field),)

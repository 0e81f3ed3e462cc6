"""What a lane does not know yet, and what resolves it.

``U-TEXT``: an unknown is a question; "none" and the like are not.
``U-LONG``: an unknown and its resolution are at most 500 characters.
``U-STATE``: an unknown is resolved once.
``U-RESOLUTION``: a resolution says what is known now.
``U-EVIDENCE``: cited evidence belongs to this incident.
"""

from collections.abc import Iterable

from incidents.rules.decision import Cited
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing
from lanes.rules.citing import foreign_evidence

Violations = tuple[Violation, ...]

MAX_LENGTH = 500
"""Limit of an unknown, and of its resolution."""


def raise_violations(text: str) -> Violations:
    """Every reason why it cannot be raised."""
    problems = []
    if says_nothing(text):
        sentence = "Write what is not known."
        if has_content(text):
            sentence = f"{quoted(text)} is not an unknown: say what is not known."
        problems.append(Violation("U-TEXT", sentence, "text"))
    return (*problems, *_length(text, "text"))


def resolve_violations(
    reference: str, resolved: str, resolution: str, cited: Iterable[Cited]
) -> Violations:
    """Every reason why it cannot be resolved.

    ``resolved`` names who resolved it already, if anybody did. Evidence may be left out.
    """
    problems = []
    if resolved:
        problems.append(Violation("U-STATE", f"{reference} is resolved already, by {resolved}."))
    if says_nothing(resolution):
        sentence = "Write what is known now."
        if has_content(resolution):
            sentence = f"{quoted(resolution)} does not say what is known now."
        problems.append(Violation("U-RESOLUTION", sentence, "resolution"))
    problems += _length(resolution, "resolution")
    if problem := foreign_evidence(cited):
        problems.append(Violation("U-EVIDENCE", problem, "evidence"))
    return tuple(problems)


def _length(text: str, field: str) -> Violations:
    if len(text) <= MAX_LENGTH:
        return ()
    sentence = (
        f"This holds {MAX_LENGTH} characters, you wrote {len(text)}. Capture the rest as evidence."
    )
    return (Violation("U-LONG", sentence, field),)

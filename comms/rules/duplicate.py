"""An incident that was reported twice, as readers see it.

``V-SAID``: readers of a duplicate are led to the original only when it has an update for them.
"""

from collections.abc import Iterable

from comms.rules.commitment import reaches
from kernel.refusal import Violation


def duplicate_violations(
    original: str, audience: str, audiences: Iterable[str]
) -> tuple[Violation, ...]:
    """``original`` is the reference of the other report, ``audiences`` are those of its updates."""
    if any(audience in reaches(other) for other in audiences):
        return ()
    sentence = f"Publish an update of {original} for those who follow this one first."
    return (Violation("V-SAID", sentence, "original"),)

"""Restricting an incident to who takes part, and opening it again.

``K-RESTRICTED``: it changes, and an open incident names no restricted one as its original.
``K-REASON``: restricting an incident, or opening it, needs a reason.
"""

from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]


def restrict_violations(
    *, is_restricted: bool, restrict: bool, reason: str, restricted_original: str
) -> Violations:
    """The first problem only. ``restricted_original``: the incident that this one names as its
    original, if that is restricted."""
    if is_restricted == restrict:
        how = "restricted" if restrict else "open to every responder"
        return (Violation("K-RESTRICTED", f"It is {how} already.", "restricted"),)
    if says_nothing(reason):
        return (Violation("K-REASON", "Say why.", "reason"),)
    if restricted_original and not restrict:
        sentence = f"It names {restricted_original}, which is restricted: take that back first."
        return (Violation("K-RESTRICTED", sentence, "restricted"),)
    return ()

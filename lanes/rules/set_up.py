"""Setting up an incident in one press.

``S-NONE``: what is set up says something that is not on record yet.
"""

from kernel.refusal import Violation

Violations = tuple[Violation, ...]


def nothing_violations(*, is_empty: bool) -> Violations:
    """Is there anything to write?"""
    if not is_empty:
        return ()
    return (Violation("S-NONE", "Nothing is new here: name an owner, or paste evidence."),)

"""The name by which a person appears in the record.

``N-NAME``: a person has a name.
``N-TAKEN``: no two active people have the same name, and nobody that of the system.
"""

from kernel.refusal import Violation

Violations = tuple[Violation, ...]


def violations(name: str, other: str) -> Violations:
    """``other`` is the person who has this name already, empty when nobody has."""
    if not name:
        return (Violation("N-NAME", "This is still empty.", "name"),)
    if other:
        sentence = f"{other} is somebody else's name. Add what tells the two of you apart."
        return (Violation("N-TAKEN", sentence, "name"),)
    return ()

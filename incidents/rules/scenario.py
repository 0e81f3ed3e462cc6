"""Adopting a scenario, and naming evidence for its minimum.

``K-SCENARIO``: the scenario exists, and is another than before.
``K-FITS``: adopting a scenario needs the reason why it fits.
``E-SERVES``: evidence of this incident is named for a requirement of scenario or surfaces, once.
"""

from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]


def adopt_violations(title: str | None, *, is_current: bool, reason: str) -> Violations:
    """The first problem only. ``title`` is None when there is no such scenario."""
    if title is None:
        return (Violation("K-SCENARIO", "There is no such scenario.", "scenario"),)
    if is_current:
        return (Violation("K-SCENARIO", f"{title} is the scenario already.", "scenario"),)
    if says_nothing(reason):
        return (Violation("K-FITS", "Say what fits this scenario.", "reason"),)
    return ()


def unknown_evidence_violations(incident: str, number: int) -> Violations:
    """The incident has no evidence of this number."""
    return (Violation("E-SERVES", f"{incident} has no evidence E-{number}.", "serves"),)


def serve_violations(label: str | None, evidence: str, *, is_named: bool) -> Violations:
    """``label`` is that of the requirement, None when the scenario has no such; ``is_named``: the
    evidence is named for it already."""
    if label is None:
        sentence = "Neither the scenario nor an impacted surface asks for such evidence."
        return (Violation("E-SERVES", sentence, "serves"),)
    if is_named:
        return (Violation("E-SERVES", f"{evidence} already serves as “{label}”.", "serves"),)
    return ()

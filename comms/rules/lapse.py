"""A promised update that is late: what the room says of it, and how it is explained.

``U-LATE``: a promised update is published by its time.
``U-EXPLAIN``: an explanation says why the update was late.
``U-EXPLAINED``: a lapse is explained once.
"""

from datetime import timedelta

from comms.rules.message.common import Violations, required_text
from incidents.rules.checkpoint import Fault
from incidents.rules.wording import duration
from kernel.refusal import Violation


def late_fault(reference: str, late_by: timedelta, href: str) -> Fault:
    """``reference`` names the update that promised the next one."""
    how_late = f"{duration(late_by)} ago" if late_by else "for now"
    return Fault(
        "U-LATE",
        "The promised update is late",
        f"{reference} promised the next one {how_late}: readers wait for it.",
        href,
    )


def explain_violations(explanation: str, explainer: str, explained: str) -> Violations:
    """``explainer`` and ``explained`` are who explained it already and how, or empty."""
    if explainer:
        sentence = f"{explainer} explained it already: “{explained}”"
        return (Violation("U-EXPLAINED", sentence),)
    return required_text("U-EXPLAIN", "explanation", explanation, "Say why the update was late.")

"""What readers wait for and is late: what the room says of it, and how it is explained.

``U-LATE``: a promised message is published by its time.
``U-FIRST``: the first update of a SEV-1 or SEV-2 follows within 15 minutes of declaring.
``U-BACK``: readers who were told that it recovered are told when it came back.
``U-EXPLAIN``: an explanation says why the update was late.
``U-EXPLAINED``: a lapse is explained once.
"""

from datetime import timedelta

from comms.rules.commitment import PromiseKind
from comms.rules.message.common import Violations, required_text
from incidents.rules.checkpoint import Fault
from incidents.rules.wording import duration
from kernel.refusal import Violation


def late_fault(kind: PromiseKind, reference: str, late_by: timedelta, href: str) -> Fault:
    """``reference`` names the message that promised the next one."""
    how_late = f"{duration(late_by)} ago" if late_by else "for now"
    if kind == PromiseKind.FIRST:
        sentence = f"It was due {how_late}: readers do not know of it yet."
        return Fault("U-FIRST", "No update yet", sentence.replace("due for now", "due now"), href)
    if kind == PromiseKind.CAME_BACK:
        sentence = f"{reference} says that it recovered, and it was opened again {how_late}."
        label = "Readers still read that it recovered"
        return Fault("U-BACK", label, sentence.replace("again for now", "again just now"), href)
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

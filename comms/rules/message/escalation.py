"""May this escalation go out? Playbook, "Internal engineering escalation".

``[INCIDENT][SEV-n] summary``, impact, current decision, immediate ask, next update, owner.

``U-SUMMARY``: one line says what is wrong.
``U-DECISION``: the current decision is said, or when it is taken.
``U-ASK``: it asks for one approval or one resource.
"""

from dataclasses import dataclass, field
from datetime import datetime

from comms.rules.message.common import (
    Cadence,
    Correction,
    Owner,
    Violations,
    check_correction,
    check_impact,
    check_owner,
    check_promise,
    required_text,
)


@dataclass(frozen=True, slots=True)
class Escalation:
    summary: str
    impact: str
    decision: str
    ask: str
    next_at: datetime | None = None
    owner: Owner | None = None
    correction: Correction = field(default_factory=Correction)


def violations(escalation: Escalation, cadence: Cadence) -> Violations:
    """Every reason why this cannot be sent, in the order of the form."""
    return (
        *required_text(
            "U-SUMMARY", "summary", escalation.summary, "Say in one line what is wrong."
        ),
        *check_impact(escalation.impact, "Say which users and systems are hit, how much."),
        *required_text(
            "U-DECISION", "decision", escalation.decision, "Say which path is taken, or when it is."
        ),
        *required_text(
            "U-ASK",
            "ask",
            escalation.ask,
            "Ask for one approval or one resource, to be answered with yes or no.",
        ),
        *check_promise(escalation.next_at, cadence),
        *check_owner(escalation.owner, "this"),
        *check_correction(escalation.correction),
    )

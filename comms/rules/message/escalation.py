"""May this escalation go out? Playbook, "Internal engineering escalation".

``[INCIDENT][SEV-n] summary``, impact, current decision, immediate ask, next update, owner.
"""

from dataclasses import dataclass, field
from datetime import datetime

from comms.rules.message.common import (
    Cadence,
    Correcting,
    Found,
    Owner,
    correction,
    owner,
    promise,
    text,
)


@dataclass(frozen=True, slots=True)
class Escalation:
    summary: str
    impact: str
    decision: str
    ask: str
    next_at: datetime | None = None
    owner: Owner | None = None
    correcting: Correcting = field(default_factory=Correcting)


def violations(said: Escalation, at: Cadence) -> Found:
    """Every reason why this cannot be sent, in the order of the form."""
    return (
        *text("U-SUMMARY", "summary", said.summary, "Say in one line what is wrong."),
        *text("U-IMPACT", "impact", said.impact, "Say which users and systems are hit, how much."),
        *text("U-DECISION", "decision", said.decision, "Say which path is taken, or when it is."),
        *text(
            "U-ASK",
            "ask",
            said.ask,
            "Ask for one approval or one resource, to be answered with yes or no.",
        ),
        *promise(said.next_at, at),
        *owner(said.owner, "this"),
        *correction(said.correcting),
    )

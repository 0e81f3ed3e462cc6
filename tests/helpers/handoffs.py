"""Handing over in tests: terms that pass the acceptance test, and who offers and answers."""

from datetime import datetime, timedelta
from typing import Any

from incidents.actions import checkpoints
from incidents.models import Incident, Person
from lanes.handoff import actions as handoffs
from lanes.handoff.actions import Terms
from lanes.models import Handoff

TERMS: dict[str, Any] = {
    "included": ("flags", "deploys of auth-gateway"),
    "excluded": ("other services' deploys",),
    "unknowns": "Why four nodes ignore the expiry",
    "checkpoint": 1,
    "trigger": "401 rate above 10 % for 2 minutes in any region",
    "message": "My shift ends at 14:30.",
}


def terms(receiver: Person | None, **other: Any) -> Terms:
    """What every rule accepts, with CP-1 ahead."""
    return Terms(**({"receiver": receiver} | TERMS | other))


class HandoffDriver:
    """One incident with CP-1 ahead, in which people offer and answer at ``now``."""

    def __init__(self, incident: Incident, commander: Person, now: datetime) -> None:
        self.incident, self.commander, self.now = incident, commander, now
        due_at = now + timedelta(minutes=30)
        self.checkpoint = checkpoints.schedule(
            commander.as_actor(), incident.pk, due_at=due_at, purpose="What next", now=now
        )

    def offer(self, by: Person, to: Person | None, lane: str = "", **other: Any) -> Handoff:
        offered = terms(to, **other)
        return handoffs.offer(by.as_actor(), self.incident.pk, offered, lane=lane, now=self.now)

    def accept(self, by: Person, number: int = 1) -> Handoff:
        return handoffs.accept(by.as_actor(), self.incident.pk, number, now=self.now)

    def decline(self, by: Person, number: int = 1, reason: str = "I am off shift") -> Handoff:
        return handoffs.decline(
            by.as_actor(), self.incident.pk, number, reason=reason, now=self.now
        )

    def withdraw(self, by: Person, number: int = 1, reason: str = "") -> Handoff:
        return handoffs.withdraw(
            by.as_actor(), self.incident.pk, number, reason=reason, now=self.now
        )

"""Handing the watch of a closed incident over in tests, at the time of its ``Ending``."""

from datetime import timedelta
from typing import Any

from incidents.models import Assignment, Incident, Person
from incidents.vocabulary import RoleName
from lanes.handoff import actions as handoffs
from lanes.handoff.actions import Terms
from lanes.models import Handoff
from lanes.vocabulary import WATCH
from tests.retros.closing.closable import ClosingRun

TERMS: dict[str, Any] = {
    "included": ("Sign-in in all regions",),
    "unknowns": "Whether old sessions fail at midnight",
    "checkpoint": 1,
    "trigger": "Failed sign-ins above 2 % for five minutes",
}


class WatchRun:
    """A watch that its owner offers, at the time of ``ending``."""

    def __init__(self, ending: ClosingRun) -> None:
        self.ending, self.incident = ending, ending.incident
        ending.pace = timedelta(0)

    def offer(self, to: Person | None, by: Person | None = None, **other: Any) -> Handoff:
        actor = (by or self.owner).as_actor()
        terms = Terms(**({"receiver": to} | TERMS | other))
        return handoffs.offer(actor, self.incident.pk, terms, lane=WATCH, now=self.ending.now)

    def accept(self, by: Person, number: int = 1) -> Handoff:
        return handoffs.accept(by.as_actor(), self.incident.pk, number, now=self.ending.now)

    def decline(self, by: Person, number: int = 1, reason: str = "I am off shift") -> Handoff:
        return handoffs.decline(
            by.as_actor(), self.incident.pk, number, reason=reason, now=self.ending.now
        )

    def withdraw(self, by: Person, number: int = 1) -> Handoff:
        return handoffs.withdraw(by.as_actor(), self.incident.pk, number, now=self.ending.now)

    @property
    def owner(self) -> Person:
        assignments = Assignment.objects.current().filter(role=RoleName.WATCH_OWNER)
        return assignments.get(incident=self.incident).person

    def fresh(self) -> Incident:
        return Incident.objects.get(pk=self.incident.pk)

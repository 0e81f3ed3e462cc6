"""Recommending in tests: sound proposals, their owners, and several at the same instant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

from django.db import close_old_connections, connection

from incidents.actions import recommendations
from incidents.actions.recommendations import RecommendationInput
from incidents.models import Evidence, Incident, Person, Recommendation
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from kernel.refusal import Refused


def recommendation_input(*cited: Evidence, **other: Any) -> RecommendationInput:
    """What every rule accepts: a full rollback."""
    fields: dict[str, Any] = {
        "option": "rollback",
        "option_detail": "to 4be90a7",
        "reasons": "It takes the cause away",
        "evidence": tuple(item.number for item in cited),
        "reversibility": 4,
        "blast_radius": 2,
    }
    return RecommendationInput(**(fields | other))


class Owners:
    """The owners of the lanes of one incident, who recommend and take it back at ``now``."""

    def __init__(
        self, incident: Incident, owners: dict[LaneKind, Person], cited: Evidence, now: datetime
    ) -> None:
        self.incident, self.owners, self.cited, self.now = incident, owners, cited, now

    def recommend(
        self, lane: LaneKind, option: str, by: Person | Actor | None = None, **other: Any
    ) -> Recommendation:
        who = by or self.owners[lane]
        actor = who.as_actor() if isinstance(who, Person) else who
        fields = recommendation_input(self.cited, **({"option": option} | other))
        return recommendations.recommend(actor, self.incident.pk, fields, lane=lane, now=self.now)

    def withdraw(
        self, number: int, by: Person, reason: str = "The cause is another"
    ) -> Recommendation:
        return recommendations.withdraw(
            by.as_actor(), self.incident.pk, number, reason=reason, now=self.now
        )


def run_concurrently(attempt: Callable[[Any], str], *inputs: Any) -> list[str]:
    """Each in a thread and with a connection of its own, let go together; refusals as codes."""
    barrier = Barrier(len(inputs))

    def run(attempt_input: Any) -> str:
        barrier.wait(10)
        try:
            return attempt(attempt_input)
        except Refused as refusal:
            return refusal.violations[0].code
        finally:
            connection.close()

    close_old_connections()
    with ThreadPoolExecutor(len(inputs)) as pool:
        return list(pool.map(run, inputs))

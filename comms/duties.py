"""What communication asks of people: to keep a promise, and to say why one was not kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse

from comms.messages import promises
from comms.messages.promises import Commitment
from incidents.duties.duty import Duty, register
from incidents.facts.incident import IncidentFacts
from incidents.models import Person
from incidents.vocabulary import LaneKind, RoleName


@register
def of_promises(
    standings: Sequence[IncidentFacts], person: Person, now: datetime
) -> Iterable[Duty]:
    """For who owns communication, or commands where nobody does. One query, none for others."""
    mine = {facts.incident.pk: facts for facts in standings if _speaks(facts) == person}
    if not mine:
        return
    last = promises.last_of([facts.incident for facts in mine.values()])
    spoken = [number for number, updates in last.items() if updates]
    for number in spoken:
        for one in promises.owed(last[number])[:1]:
            yield _keep(mine[number], one, now)
        for late in last[number][0].unexplained:
            yield _explain(mine[number], late)


def _speaks(facts: IncidentFacts) -> Person | None:
    return facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION) or facts.commander


def _role(facts: IncidentFacts) -> str:
    owner = facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION)
    return "communication owner" if owner else "commander"


def _keep(facts: IncidentFacts, one: Commitment, now: datetime) -> Duty:
    late = one.promise.is_overdue(now)
    why = f"{one.update.reference} promised it to its readers."
    return Duty(
        facts.incident,
        _role(facts),
        3 if late else 45,
        "Publish the promised update",
        f"It is late. {why}" if late else why,
        reverse("update-write", args=[facts.incident.pk]),
        "Write the update",
        "U",
        one.next_at,
        late,
    )


def _explain(facts: IncidentFacts, late: int) -> Duty:
    """``late`` is the number of the update whose promise lapsed."""
    return Duty(
        facts.incident,
        _role(facts),
        60,
        f"Say why the update after update {late} was late",
        "A promise to readers lapsed; the closure asks for an explanation.",
        reverse("lapse", args=[facts.incident.pk, late]),
        "Explain it",
    )

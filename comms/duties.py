"""What communication asks of people: to keep a promise, and to say why one was not kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse

from comms import commitments
from comms.commitments import Commitment
from comms.models import Lapse
from incidents.duties import Duty, register
from incidents.facts import Standing
from incidents.models import Person
from incidents.vocabulary import LaneKind, RoleName


@register
def of_promises(standings: Sequence[Standing], person: Person, now: datetime) -> Iterable[Duty]:
    """For who owns communication, or commands where nobody does. Two queries, none for others."""
    mine = {facts.incident.pk: facts for facts in standings if _speaks(facts) == person}
    if not mine:
        return
    last = commitments.last_of([facts.incident for facts in mine.values()])
    spoken = [number for number, updates in last.items() if updates]
    for number in spoken:
        for one in commitments.owed(last[number])[:1]:
            yield _keep(mine[number], one, now)
    if not spoken:
        return
    lapses = Lapse.objects.filter(explained_at__isnull=True, update__incident__in=spoken)
    for lapse in lapses.select_related("update").order_by("pk"):
        yield _explain(mine[lapse.update.incident_id], lapse)


def _speaks(facts: Standing) -> Person | None:
    return facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION) or facts.commander


def _role(facts: Standing) -> str:
    owner = facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION)
    return "communication owner" if owner else "commander"


def _keep(facts: Standing, one: Commitment, now: datetime) -> Duty:
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


def _explain(facts: Standing, lapse: Lapse) -> Duty:
    reference = lapse.update.reference
    return Duty(
        facts.incident,
        _role(facts),
        60,
        f"Say why the update after {reference.lower()} was late",
        "A promise to readers lapsed; the closure asks for an explanation.",
        reverse("lapse", args=[facts.incident.pk, lapse.update.number]),
        "Explain it",
    )

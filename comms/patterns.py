"""The anti-patterns that comms find."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Max
from django.urls import reverse

from comms.rules.patterns import SILENCE, Executed, unannounced
from incidents.facts import Standing
from incidents.models import TimelineEntry
from incidents.patterns import register, register_turning
from incidents.rules.patterns import Pattern
from incidents.vocabulary import LaneKind


@register
def of_comms(standings: Sequence[Standing], now: datetime) -> Iterable[tuple[int, Pattern]]:
    executed = {facts.incident.pk: _executed(facts) for facts in standings}
    told = _told([number for number, done in executed.items() if done])
    for facts in standings:
        number = facts.incident.pk
        for pattern in unannounced(executed[number], told.get(number), now):
            href = reverse("lane", args=[number, LaneKind.COMMUNICATION])
            yield number, replace(pattern, href=href)


@register_turning
def silent_at(facts: Standing) -> Iterable[datetime]:
    """When the silence after an executed mitigation becomes one."""
    return [one.done_at + SILENCE for one in _executed(facts)]


def _executed(facts: Standing) -> list[Executed]:
    return [
        Executed(decision.reference, decision.execution.done_at)
        for decision in facts.decisions
        if decision.execution.mitigates and decision.execution.done_at
    ]


def _told(ids: list[int]) -> Mapping[int, datetime]:
    """When something was last said in the communication lane: what there is of updates so far."""
    if not ids:
        return {}
    said = TimelineEntry.objects.filter(
        incident__in=ids, kind="note.added", lane=LaneKind.COMMUNICATION
    )
    return dict(said.order_by().values_list("incident").annotate(last=Max("at")))

"""The anti-patterns that comms find."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Max
from django.urls import reverse

from comms.messages import promises
from comms.models import Escalation, Update
from comms.rules.patterns import SILENCE, Executed, unannounced
from incidents.assessments.anti_patterns import register, register_turning
from incidents.facts.incident import IncidentFacts
from incidents.rules.patterns import Pattern


@register
def of_comms(standings: Sequence[IncidentFacts], now: datetime) -> Iterable[tuple[int, Pattern]]:
    executed = {facts.incident.pk: _executed(facts) for facts in standings}
    told = _told([number for number, done in executed.items() if done], now)
    for facts in standings:
        number = facts.incident.pk
        for pattern in unannounced(executed[number], told.get(number), now):
            href = reverse("update-write", args=[number])
            yield number, replace(pattern, href=href)


@register_turning
def promised_for(facts: IncidentFacts) -> Iterable[datetime]:
    """When a promise is overdue, and says so in the room."""
    return [one.next_at for one in promises.of(facts.incident)]


@register_turning
def silent_at(facts: IncidentFacts) -> Iterable[datetime]:
    """When the silence after an executed mitigation becomes one."""
    return [one.done_at + SILENCE for one in _executed(facts)]


def _executed(facts: IncidentFacts) -> list[Executed]:
    return [
        Executed(decision.reference, decision.execution.done_at)
        for decision in facts.decisions
        if decision.execution.mitigates and decision.execution.done_at
    ]


def _told(ids: list[int], now: datetime) -> Mapping[int, datetime]:
    """When stakeholders or the company were last told something. One query."""
    if not ids:
        return {}
    told = [
        kind._default_manager.filter(incident__in=ids, published_at__lte=now)
        .order_by()
        .values_list("incident")
        .annotate(last=Max("published_at"))
        for kind in (Update, Escalation)
    ]
    return {number: at for number, at in told[0].union(told[1]).order_by("last")}

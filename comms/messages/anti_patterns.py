"""The anti-patterns that are detected from communication."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Max
from django.urls import reverse

from comms.facts import promises
from comms.models import Escalation, Update
from comms.rules.patterns import SILENCE, ExecutedChange, unannounced
from incidents.assessments.anti_patterns import AGEING_TIMES, PROVIDERS, TURNING_TIMES
from incidents.facts.incident import IncidentFacts
from incidents.rules.patterns import Pattern
from incidents.vocabulary import BranchState


@PROVIDERS.register
def unannounced_mitigations(
    all_facts: Sequence[IncidentFacts], now: datetime
) -> Iterable[tuple[int, Pattern]]:
    executed = {facts.incident.pk: _executed(facts) for facts in all_facts}
    announced = _last_announced([number for number, done in executed.items() if done], now)
    for facts in all_facts:
        number = facts.incident.pk
        for pattern in unannounced(executed[number], announced.get(number), now):
            href = reverse("update-write", args=[number])
            yield number, replace(pattern, href=href)


@AGEING_TIMES.register
def overdue_times(facts: IncidentFacts) -> Iterable[datetime]:
    """The times at which the open promises become overdue; the warning says how late they are."""
    return [promise.due_at for promise in promises.of(facts.incident)]


@TURNING_TIMES.register
def silence_times(facts: IncidentFacts) -> Iterable[datetime]:
    """The times at which silence after a change becomes an anti-pattern."""
    return [change.done_at + SILENCE for change in _executed(facts)]


def _executed(facts: IncidentFacts) -> list[ExecutedChange]:
    mitigations = [
        ExecutedChange(decision.reference, decision.execution.done_at)
        for decision in facts.decisions
        if decision.execution.mitigates and decision.execution.done_at
    ]
    merged = [
        ExecutedChange(branch.reference, branch.ended_at, "merged")
        for branch in facts.branches
        if branch.state == BranchState.MERGED and branch.ended_at
    ]
    return mitigations + merged


def _last_announced(ids: list[int], now: datetime) -> Mapping[int, datetime]:
    """When each incident last had an update or an escalation. One query."""
    if not ids:
        return {}
    announced = [
        kind._default_manager.filter(incident__in=ids, published_at__lte=now)
        .order_by()
        .values_list("incident")
        .annotate(last=Max("published_at"))
        for kind in (Update, Escalation)
    ]
    return {number: at for number, at in announced[0].union(announced[1]).order_by("last")}

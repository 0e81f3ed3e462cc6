"""The anti-patterns that currently apply to incidents. Each app registers its own.

A provider takes the facts of several incidents at once, so that a tick over all incidents makes
as many queries as the room of one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.urls import reverse

from incidents.facts.incident import IncidentFacts
from incidents.models import Execution
from incidents.rules import patterns as rules
from incidents.rules.patterns import Pattern
from incidents.vocabulary import BranchState, ExecutionState, LaneKind, RoleName, Status
from kernel.registry import Registry

type Provider = Callable[[Sequence[IncidentFacts], datetime], Iterable[tuple[int, Pattern]]]
type TurningTimes = Callable[[IncidentFacts], Iterable[datetime]]

PROVIDERS = Registry[Provider]("provider of anti-patterns")
"""Each gives pairs of an incident's number and a pattern."""

TURNING_TIMES = Registry[TurningTimes]("provider of turning times")
"""The moments at which an app's anti-patterns begin or end by time alone."""


AGEING_TIMES = Registry[TurningTimes]("provider of ageing times")
"""The moments from which a text of an app counts minutes: the room changes every minute then."""


def ageing_times(facts: IncidentFacts) -> list[datetime]:
    return [at for ageing in AGEING_TIMES.values() for at in ageing(facts)]


def turning_times(facts: IncidentFacts) -> list[datetime]:
    """When anti-patterns turn by time alone; past moments too."""
    return [at for turning in TURNING_TIMES.values() for at in turning(facts)]


def patterns(
    incidents: Sequence[IncidentFacts], now: datetime
) -> Mapping[int, tuple[Pattern, ...]]:
    """The patterns of each incident, by its number. An incident that is not active has none."""
    active = [facts for facts in incidents if facts.incident.status == Status.ACTIVE]
    by_incident: dict[int, list[Pattern]] = {facts.incident.pk: [] for facts in incidents}
    for provider in PROVIDERS.values():
        for number, pattern in provider(active, now):
            by_incident[number].append(pattern)
    return {number: tuple(here) for number, here in by_incident.items()}


def of(facts: IncidentFacts, now: datetime) -> tuple[Pattern, ...]:
    return patterns([facts], now)[facts.incident.pk]


@PROVIDERS.register
def incident_patterns(
    incidents: Sequence[IncidentFacts], now: datetime
) -> Iterable[tuple[int, Pattern]]:
    for facts in incidents:
        changes = [_change(d.execution) for d in facts.decisions if d.execution.mitigates]
        here = rules.hero(_owned(facts), changes)
        here += rules.stale(changes, _merges(facts), facts.last_run_at)
        here += rules.parallel(changes)
        for pattern in here:
            yield facts.incident.pk, replace(pattern, href=_mends(facts, pattern))


def _owned(facts: IncidentFacts) -> list[rules.OwnedLane]:
    return [
        rules.OwnedLane(lane.value, str(lane.label), person.pk, str(person))
        for lane in LaneKind
        if (person := facts.holder(RoleName.LANE_OWNER, lane))
    ]


def _change(execution: Execution) -> rules.Change:
    decision, run = execution.decision, execution.run
    return rules.Change(
        reference=decision.reference,
        executor=execution.executor_id,
        verifier=execution.verifier_id,
        executor_name=str(execution.executor),
        is_unfinished=execution.is_unfinished,
        is_superseded=execution.state == ExecutionState.SUPERSEDED,
        started_at=execution.started_at,
        done_at=execution.done_at,
        run_at=run.captured_at if run else None,
    )


def _merges(facts: IncidentFacts) -> list[rules.Merge]:
    return [
        rules.Merge(branch.reference, branch.ended_at)
        for branch in facts.branches
        if branch.state == BranchState.MERGED and branch.ended_at
    ]


def _mends(facts: IncidentFacts, pattern: Pattern) -> str:
    number = [facts.incident.pk]
    if pattern.code == "HERO" and pattern.subject.startswith("person"):
        return reverse("role", args=number)
    if pattern.code == "HERO":
        return reverse("decide-next", args=number)
    if pattern.code == "STALE":
        return f"{reverse('capture', args=number)}?purpose=verification&lane=verification"
    running = facts.mitigation
    return running.decision.get_absolute_url() if running else facts.incident.get_absolute_url()

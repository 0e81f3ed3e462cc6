"""Record anti-patterns as they begin and end, on each tick, over all incidents."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import batched

from django.db.models import Exists, OuterRef, Q

from incidents.assessments import anti_patterns
from incidents.facts import incident as incident_facts
from incidents.models import Incident
from incidents.vocabulary import Status
from kernel import clock
from lanes.actions.patterns import observe
from lanes.models import PatternSpan


def changed_incidents(incidents: list[Incident], now: datetime) -> list[int]:
    """The numbers of incidents whose recorded anti-patterns differ from those that hold now.

    A fixed number of queries for any number of incidents.
    """
    recorded: dict[int, set[tuple[str, str]]] = {incident.pk: set() for incident in incidents}
    for span in PatternSpan.objects.filter(incident__in=recorded).open():
        recorded[span.incident_id].add((span.code, span.subject))
    holding = anti_patterns.patterns(incident_facts.read_all_facts(incidents), now)
    return [
        number
        for number, keys in recorded.items()
        if keys != {(p.code, p.subject) for p in holding[number]}
    ]


_RECHECK_INTERVAL = timedelta(seconds=15)
_BATCH_SIZE = 50
_TIME_BUDGET = timedelta(milliseconds=300)
"""Time per tick: with thousands of incidents the rest waits for the next tick."""

_last_checked: dict[int, tuple[str, datetime]] = {}
"""The hash and time of this process's last check by incident, to avoid checking every second."""


def observe_all(now: datetime) -> None:
    """Called by the tick: check each active incident that changed or was not checked recently."""
    lasting = PatternSpan.objects.filter(incident=OuterRef("pk")).open()
    wanted = Incident.objects.filter(Q(status=Status.ACTIVE) | Exists(lasting)).order_by()
    until = clock.now() + _TIME_BUDGET
    for batch in batched(
        _due(wanted.values_list("pk", "last_hash"), now), _BATCH_SIZE, strict=False
    ):
        incidents = list(Incident.objects.filter(pk__in=batch).order_by("pk"))
        for number in changed_incidents(incidents, now):
            observe(number, now=now)
        for incident in incidents:
            _last_checked[incident.pk] = (incident.last_hash, now)
        if clock.now() >= until:
            break


def _due(wanted: Iterable[tuple[int, str]], now: datetime) -> list[int]:
    """Incident numbers, least recently checked first, so that every incident gets its turn."""
    due = []
    for number, last_hash in wanted:
        seen_hash, at = _last_checked.get(number, ("", None))
        if at is None or seen_hash != last_hash or abs(now - at) >= _RECHECK_INTERVAL:
            due.append((at is not None, at or now, number))
    return [number for _, _, number in sorted(due)]

"""When anti-patterns are looked for: a step of the tick, over all incidents at once."""

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


def changed(incidents: list[Incident], now: datetime) -> list[int]:
    """The incidents whose record says something else than what holds now, by number.

    A fixed number of queries, however many incidents there are.
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


_EVERY = timedelta(seconds=15)
_AT_ONCE = 50
_MOMENT = timedelta(milliseconds=300)
"""How long a tick looks: with thousands of incidents the rest waits for the next one."""

_seen: dict[int, tuple[str, datetime]] = {}
"""What this process looked at last, and when: only to spare looking again each second."""


def observe_all(now: datetime) -> None:
    """A step of the tick: each active incident that changed, or was not looked at for a while."""
    lasting = PatternSpan.objects.filter(incident=OuterRef("pk")).open()
    wanted = Incident.objects.filter(Q(status=Status.ACTIVE) | Exists(lasting)).order_by()
    until = clock.now() + _MOMENT
    for part in batched(_due(wanted.values_list("pk", "last_hash"), now), _AT_ONCE, strict=False):
        incidents = list(Incident.objects.filter(pk__in=part).order_by("pk"))
        for number in changed(incidents, now):
            observe(number, now=now)
        for one in incidents:
            _seen[one.pk] = (one.last_hash, now)
        if clock.now() >= until:
            break


def _due(wanted: Iterable[tuple[int, str]], now: datetime) -> list[int]:
    """By number, what was not looked at for longest first, so that everything has its turn."""
    found = []
    for number, last_hash in wanted:
        seen_hash, at = _seen.get(number, ("", None))
        if at is None or seen_hash != last_hash or abs(now - at) >= _EVERY:
            found.append((at is not None, at or now, number))
    return [number for _, _, number in sorted(found)]

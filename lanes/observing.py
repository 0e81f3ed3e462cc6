"""When anti-patterns are looked for: a step of the tick, over all incidents at once."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from incidents import facts, patterns
from incidents.models import Incident
from incidents.vocabulary import Status
from lanes.actions.patterns import observe
from lanes.models import PatternSpan


def changed(incidents: list[Incident], now: datetime) -> list[int]:
    """The incidents whose record says something else than what holds now, by number.

    A fixed number of queries, however many incidents there are.
    """
    recorded: dict[int, set[tuple[str, str]]] = {incident.pk: set() for incident in incidents}
    for span in PatternSpan.objects.filter(incident__in=recorded).open():
        recorded[span.incident_id].add((span.code, span.subject))
    holding = patterns.patterns(facts.standings(incidents), now)
    return [
        number
        for number, keys in recorded.items()
        if keys != {(p.code, p.subject) for p in holding[number]}
    ]


_EVERY = timedelta(seconds=15)
_seen: dict[int, tuple[str, datetime]] = {}
"""What this process looked at last, and when: only to spare looking again each second."""


def observe_all(now: datetime) -> None:
    """A step of the tick: each active incident that changed, or was not looked at for a while."""
    lasting = PatternSpan.objects.filter(incident=OuterRef("pk")).open()
    wanted = Incident.objects.filter(Q(status=Status.ACTIVE) | Exists(lasting))
    due = [one for one in wanted if _is_due(one, now)]
    for number in changed(due, now) if due else ():
        observe(number, now=now)
    for one in due:
        _seen[one.pk] = (one.last_hash, now)


def _is_due(incident: Incident, now: datetime) -> bool:
    last_hash, at = _seen.get(incident.pk, ("", None))
    return at is None or last_hash != incident.last_hash or abs(now - at) >= _EVERY

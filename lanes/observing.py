"""Anti-patterns on the record: when each began and when it was over."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from incidents import facts, patterns
from incidents.actions.act import act
from incidents.models import Incident
from incidents.rules.patterns import Pattern
from incidents.rules.wording import duration
from incidents.timeline.record import record
from incidents.vocabulary import Status
from lanes.models import PatternSpan
from warroom.kernel.actor import SYSTEM


def observe(incident_id: int, *, now: datetime) -> bool:
    """Bring the record in line with what holds now; false when it was so already.

    Judged again under the lock, so that what ended meanwhile is never recorded as begun.
    """
    with act("pattern.observe", SYSTEM, incident_id, now) as incident:
        holding = {(p.code, p.subject): p for p in patterns.of(facts.standing(incident), now)}
        open_spans = {(s.code, s.subject): s for s in _open([incident])}
        for key in open_spans.keys() - holding.keys():
            _end(incident, open_spans[key], now)
        for key in sorted(holding.keys() - open_spans.keys()):
            _begin(incident, holding[key], now)
    return open_spans.keys() != holding.keys()


def changed(incidents: list[Incident], now: datetime) -> list[int]:
    """The incidents whose record says something else than what holds now, by number.

    A fixed number of queries, however many incidents there are.
    """
    recorded: dict[int, set[tuple[str, str]]] = {incident.pk: set() for incident in incidents}
    for span in _open(incidents):
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
    lasting = PatternSpan.objects.filter(incident=OuterRef("pk"), ended_at__isnull=True)
    wanted = Incident.objects.filter(Q(status=Status.ACTIVE) | Exists(lasting))
    due = [one for one in wanted if _is_due(one, now)]
    for number in changed(due, now) if due else ():
        observe(number, now=now)
    for one in due:
        _seen[one.pk] = (one.last_hash, now)


def _is_due(incident: Incident, now: datetime) -> bool:
    last_hash, at = _seen.get(incident.pk, ("", None))
    return at is None or last_hash != incident.last_hash or abs(now - at) >= _EVERY


def _open(incidents: Iterable[Incident]) -> Iterable[PatternSpan]:
    ids = [incident.pk for incident in incidents]
    return PatternSpan.objects.filter(incident__in=ids, ended_at__isnull=True)


def _begin(incident: Incident, pattern: Pattern, now: datetime) -> None:
    PatternSpan.objects.create(
        incident=incident,
        code=pattern.code,
        subject=pattern.subject,
        label=pattern.label,
        sentence=pattern.sentence[:400],
        began_at=now,
    )
    record(
        incident,
        "pattern.raised",
        SYSTEM,
        now,
        lane=pattern.lane,
        subject=pattern.code,
        label=pattern.label,
        sentence=pattern.sentence,
    )


def _end(incident: Incident, span: PatternSpan, now: datetime) -> None:
    span.ended_at = now
    span.save(update_fields=["ended_at"])
    lasted = max(now - span.began_at, timedelta(minutes=1))
    record(
        incident,
        "pattern.cleared",
        SYSTEM,
        now,
        subject=span.code,
        label=span.label,
        sentence=span.sentence,
        lasted=duration(lasted),
    )

"""Record when anti-patterns begin and end."""

from datetime import datetime

from incidents.actions.transaction import incident_action
from incidents.assessments import anti_patterns
from incidents.facts import incident as incident_facts
from incidents.models import Incident
from incidents.rules.patterns import Pattern
from incidents.timeline.record import record
from kernel.actor import SYSTEM
from lanes.models import PatternSpan


def observe(incident_id: int, *, now: datetime) -> bool:
    """Update the record to the anti-patterns that hold now; false if nothing changed.

    Evaluated again under the lock, so that one that ended meanwhile is never recorded as begun.
    """
    with incident_action("pattern.observe", SYSTEM, incident_id, now) as incident:
        holding = {
            (p.code, p.subject): p
            for p in anti_patterns.of(incident_facts.read_facts(incident), now)
        }
        spans = PatternSpan.objects.filter(incident=incident).open()
        lasting = {(s.code, s.subject): s for s in spans}
        for key in lasting.keys() - holding.keys():
            _end(incident, lasting[key], now)
        for key in sorted(holding.keys() - lasting.keys()):
            _begin(incident, holding[key], now)
    return lasting.keys() != holding.keys()


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
    record(
        incident,
        "pattern.cleared",
        SYSTEM,
        now,
        subject=span.code,
        label=span.label,
        sentence=span.sentence,
        lasted=span.lasted,
    )

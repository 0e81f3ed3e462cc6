"""What the receiver of a handoff reads before answering, built from the record."""

from dataclasses import dataclass
from datetime import datetime

from incidents.facts import incident as incident_facts
from incidents.facts.amendments import with_correction
from incidents.models import (
    Checkpoint,
    Contradiction,
    Decision,
    Evidence,
    Execution,
    Incident,
    TimelineEntry,
)
from lanes.facts import handoffs as handoff_facts
from lanes.facts.lanes import NOTE
from lanes.facts.watch_port import CheckIn, Watch, watch_of
from lanes.models import Handoff
from lanes.rules.handoff import complete_unknowns

MAX_DECISIONS = 3
MAX_EVIDENCE = 4
MAX_NOTES = 3


@dataclass(frozen=True, slots=True)
class Brief:
    """Lists are newest first. ``unknowns`` are those handed over and those raised since."""

    as_of: datetime
    decisions: tuple[Decision, ...]
    items: tuple[Evidence, ...]
    notes: tuple[TimelineEntry, ...]
    unknowns: tuple[str, ...]
    checkpoint: Checkpoint | None
    mitigation: Execution | None
    contradiction: Contradiction | None
    watch: Watch | None

    @property
    def ahead(self) -> tuple[CheckIn, ...]:
        """The upcoming check-ins."""
        check_ins = self.watch.check_ins if self.watch is not None else ()
        return tuple(check_in for check_in in check_ins if check_in.due_at > self.as_of)


def brief_of(incident: Incident, handoff: Handoff, now: datetime) -> Brief:
    """Build the brief from the lane that is handed over, or from the whole incident for command and
    for the watch. Four queries.

    The watch adds what was stated at closing and the check-ins so far.
    """
    facts = incident_facts.cached_facts(incident)
    items = incident.evidence.defer("text")
    notes = with_correction(TimelineEntry.objects.filter(incident=incident, kind=NOTE))
    if handoff.lane:
        items, notes = items.filter(lane=handoff.lane), notes.filter(lane=handoff.lane)
    return Brief(
        as_of=now,
        decisions=facts.decisions[: -MAX_DECISIONS - 1 : -1],
        items=tuple(items.order_by("-number")[:MAX_EVIDENCE]),
        notes=tuple(notes.order_by("-seq")[:MAX_NOTES]),
        unknowns=tuple(
            complete_unknowns(
                handoff.unknowns, handoff_facts.unknowns_of(incident, handoff.what)
            ).splitlines()
        ),
        checkpoint=facts.next_checkpoint,
        mitigation=facts.mitigation,
        contradiction=facts.contradiction,
        watch=watch_of(incident) if handoff.is_of_watch else None,
    )

"""What the receiver of a handoff reads before answering: made from the record, not from memory."""

from dataclasses import dataclass
from datetime import datetime

from incidents.facts import incident as incident_facts
from incidents.models import (
    Checkpoint,
    Contradiction,
    Decision,
    Evidence,
    Execution,
    Incident,
    TimelineEntry,
)
from lanes.facts.lanes import NOTE
from lanes.handoff import facts as handoff_facts
from lanes.handoff.rules import complete
from lanes.handoff.watch_port import CheckIn, Watch, watch_of
from lanes.models import Handoff

DECISIONS = 3
ITEMS = 4
NOTES = 3


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything newest first. ``unknowns`` are those handed over and those raised since."""

    made_at: datetime
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
        """The check-ins that are to come."""
        every = self.watch.check_ins if self.watch is not None else ()
        return tuple(one for one in every if one.due_at > self.made_at)


def brief_of(incident: Incident, made: Handoff, now: datetime) -> Brief:
    """Of the lane that is handed over; of the whole incident for command. Four queries.

    Of the watch: of the whole incident, with what was stated at closing and the check-ins so far.
    """
    standing = incident_facts.cached_facts(incident)
    items = incident.evidence.defer("text")
    notes = TimelineEntry.objects.filter(incident=incident, kind=NOTE)
    if made.lane:
        items, notes = items.filter(lane=made.lane), notes.filter(lane=made.lane)
    return Brief(
        made_at=now,
        decisions=standing.decisions[: -DECISIONS - 1 : -1],
        items=tuple(items.order_by("-number")[:ITEMS]),
        notes=tuple(notes.order_by("-seq")[:NOTES]),
        unknowns=tuple(
            complete(made.unknowns, handoff_facts.known(incident, made.what)).splitlines()
        ),
        checkpoint=standing.next_checkpoint,
        mitigation=standing.mitigation,
        contradiction=standing.contradiction,
        watch=watch_of(incident) if made.is_of_watch else None,
    )

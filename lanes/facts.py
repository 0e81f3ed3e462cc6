"""What is so in the lanes of one incident, all four at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count

from incidents import facts as incident_facts
from incidents.models import Assignment, Incident, Person, TimelineEntry
from incidents.vocabulary import LaneKind, RoleName
from lanes.models import BoundaryItem
from lanes.rules.boundary import Boundary

NOTE = "note.added"


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """One lane at this moment. ``notes`` and ``evidence`` are counts."""

    kind: LaneKind
    assignment: Assignment | None = None
    boundary: Boundary = field(default_factory=lambda: Boundary((), ()))
    last_note: TimelineEntry | None = None
    notes: int = 0
    evidence: int = 0

    @property
    def label(self) -> str:
        return self.kind.label

    @property
    def key(self) -> int:
        """The single key that leads to the lane."""
        return list(LaneKind).index(self.kind) + 1

    @property
    def role(self) -> str:
        """The lane's owner as the form of roles names it."""
        return f"{RoleName.LANE_OWNER}:{self.kind.value}"

    @property
    def owner(self) -> Person | None:
        return self.assignment.person if self.assignment else None

    @property
    def owned_since(self) -> datetime | None:
        return self.assignment.since if self.assignment else None

    @property
    def has_boundary(self) -> bool:
        return bool(self.boundary.included)

    @property
    def note_text(self) -> str:
        return self.last_note.data["text"] if self.last_note else ""


def lanes_of(incident: Incident) -> list[LaneFacts]:
    """The four lanes: three queries, beside the incident's own facts."""
    standing = incident_facts.of(incident)
    boundaries = _boundaries(incident)
    last = {note.lane: note for note in _last_notes(incident)}
    counted = _note_counts(incident)
    return [
        LaneFacts(
            kind=kind,
            assignment=standing.holders.get((RoleName.LANE_OWNER, kind)),
            boundary=boundaries[kind],
            last_note=last.get(kind),
            notes=counted.get(kind, 0),
            evidence=standing.evidence_by_lane[kind],
        )
        for kind in LaneKind
    ]


def _boundaries(incident: Incident) -> Mapping[str, Boundary]:
    items = list(BoundaryItem.objects.current().filter(incident=incident))
    return {kind: _boundary([item for item in items if item.lane == kind]) for kind in LaneKind}


def _boundary(items: Iterable[BoundaryItem]) -> Boundary:
    items = list(items)
    return Boundary(
        tuple(item.text for item in items if item.included),
        tuple(item.text for item in items if not item.included),
    )


def _last_notes(incident: Incident) -> Iterable[TimelineEntry]:
    notes = TimelineEntry.objects.filter(incident=incident, kind=NOTE).exclude(lane="")
    return notes.order_by("lane", "-seq").distinct("lane")


def _note_counts(incident: Incident) -> Mapping[str, int]:
    notes = TimelineEntry.objects.filter(incident=incident, kind=NOTE).exclude(lane="")
    return dict(notes.order_by().values_list("lane").annotate(Count("pk")))


def notes_of(incident: Incident, lane: str, most: int) -> list[TimelineEntry]:
    """The lane's latest notes, newest first."""
    return list(
        TimelineEntry.objects.filter(incident=incident, kind=NOTE, lane=lane).order_by("-seq")[
            :most
        ]
    )

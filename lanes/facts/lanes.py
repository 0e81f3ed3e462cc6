"""The facts of an incident's four lanes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Window

from incidents.facts import incident as incident_facts
from incidents.facts.amendments import with_correction
from incidents.models import Assignment, Incident, Person, TimelineEntry
from incidents.vocabulary import LaneKind, RoleName
from lanes.facts.handoffs import open_handoffs
from lanes.models import BoundaryItem, Handoff, Unknown
from lanes.rules.boundary import Boundary

NOTE = "note.added"


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """One lane as of now. ``notes``, ``evidence`` and open ``unknowns`` are counts."""

    kind: LaneKind
    assignment: Assignment | None = None
    boundary: Boundary = field(default_factory=lambda: Boundary((), ()))
    last_note: TimelineEntry | None = None
    notes: int = 0
    evidence: int = 0
    unknowns: int = 0
    handoff: Handoff | None = None

    @property
    def label(self) -> str:
        return self.kind.label

    @property
    def key(self) -> int:
        """The keyboard shortcut of the lane."""
        return list(LaneKind).index(self.kind) + 1

    @property
    def role(self) -> str:
        """The lane's owner as the role form encodes it."""
        return f"{RoleName.LANE_OWNER}:{self.kind.value}"

    @property
    def owner(self) -> Person | None:
        assignment = self.assignment
        return assignment.person if assignment and assignment.can_act else None

    @property
    def unable(self) -> Person | None:
        """The assigned owner, if they can no longer act."""
        assignment = self.assignment
        return assignment.person if assignment and not assignment.can_act else None

    @property
    def owned_since(self) -> datetime | None:
        return self.assignment.since if self.assignment else None

    @property
    def has_boundary(self) -> bool:
        return bool(self.boundary.included)

    @property
    def note_text(self) -> str:
        """The text of the last note, as it was corrected."""
        if self.last_note is None:
            return ""
        corrected: str | None = self.last_note.corrected  # type: ignore[attr-defined]
        return corrected or str(self.last_note.data["text"])


def lanes_of(incident: Incident) -> list[LaneFacts]:
    """The four lanes, in four queries beside the incident's own facts."""
    facts = incident_facts.cached_facts(incident)
    unknowns = open_unknowns(incident, incident_facts.moment_of(incident))
    boundaries = _boundaries(incident)
    last = {note.lane: note for note in _last_notes(incident)}
    return [
        LaneFacts(
            kind=kind,
            assignment=facts.holders.get((RoleName.LANE_OWNER, kind)),
            boundary=boundaries[kind],
            last_note=last.get(kind),
            notes=last[kind].of_lane if kind in last else 0,  # type: ignore[attr-defined]
            evidence=facts.evidence_by_lane[kind],
            unknowns=unknowns.get(kind, 0),
            handoff=open_handoffs(incident).get(kind),
        )
        for kind in LaneKind
    ]


def open_unknowns(incident: Incident, until: datetime | None = None) -> Mapping[str, int]:
    """How many unknowns of each lane are open, or were at ``until``."""
    rows = Unknown.objects.open(until).filter(incident=incident).order_by()
    counted = rows.values("lane").annotate(many=Count("pk"))
    return {row["lane"]: row["many"] for row in counted}


def _boundaries(incident: Incident) -> Mapping[str, Boundary]:
    items = items_of([incident])[incident.pk]
    return {kind: boundary_of(item for item in items if item.lane == kind) for kind in LaneKind}


def items_of(incidents: Sequence[Incident]) -> Mapping[int, list[BoundaryItem]]:
    """The current boundary items by incident: one query, cached on the incident objects."""
    unread = [incident for incident in incidents if not hasattr(incident, "_boundary_items")]
    by_incident: dict[int, list[BoundaryItem]] = {incident.pk: [] for incident in unread}
    for item in _in_force(unread):
        by_incident[item.incident_id].append(item)
    for incident in unread:
        incident._boundary_items = by_incident[incident.pk]  # type: ignore[attr-defined]
    return {incident.pk: incident._boundary_items for incident in incidents}  # type: ignore[attr-defined]


def _in_force(incidents: Sequence[Incident]) -> Iterable[BoundaryItem]:
    """As of now, or as of the time that a single past incident is shown at."""
    rows = BoundaryItem.objects.filter(incident__in=incidents)
    if len(incidents) == 1 and (moment := incident_facts.moment_of(incidents[0])):
        return rows.filter(since__lte=moment).exclude(until__lte=moment)
    return rows.current()


def boundary_of(items: Iterable[BoundaryItem]) -> Boundary:
    """The boundary that these rows form."""
    items = list(items)
    return Boundary(
        tuple(item.text for item in items if item.included),
        tuple(item.text for item in items if not item.included),
    )


def _last_notes(incident: Incident) -> Iterable[TimelineEntry]:
    """The last note of each lane, with the number of the lane's notes as ``of_lane``."""
    notes = TimelineEntry.objects.filter(incident=incident, kind=NOTE).exclude(lane="")
    if moment := incident_facts.moment_of(incident):
        notes = notes.filter(at__lte=moment)
    notes = with_correction(notes, incident_facts.moment_of(incident))
    counted = notes.annotate(of_lane=Window(Count("pk"), partition_by=F("lane")))
    return counted.order_by("lane", "-seq").distinct("lane")


def notes_of(incident: Incident, lane: str, limit: int) -> list[TimelineEntry]:
    """The lane's latest notes, newest first."""
    notes = TimelineEntry.objects.filter(incident=incident, kind=NOTE, lane=lane)
    return list(with_correction(notes).order_by("-seq")[:limit])

"""The lanes of an incident: how each stands, its boundary, notes, unknowns and hypotheses."""

from typing import Any, Literal

from ninja import Query, Router, Schema

from incidents.facts.amendments import with_correction
from incidents.models import Incident, TimelineEntry
from incidents.vocabulary import LaneKind
from lanes.facts.handoffs import handoffs_of
from lanes.facts.lanes import NOTE, LaneFacts, lanes_of
from lanes.models import Handoff, Hypothesis, Unknown
from lanes.models.handoff import HandoffState
from lanes.models.hypothesis import HypothesisState
from lanes.rules.boundary import Boundary
from machines.api.doors import TokenRequest, reads
from machines.api.paging import PageQuery, page_of
from machines.api.reading.answers import (
    PersonName,
    answers,
    author_of,
    cited,
    lane_or_none,
    link_to,
    person_name,
    person_or_none,
    reference_to,
    references_to,
)
from machines.api.schemas import Author, Page, Reference, datetime

router = Router(tags=["Lanes"])

LANE = "/incidents/{int:number}/lanes/{lane}"


class LaneBoundary(Schema):
    """What the lane includes and excludes; both empty where nobody has set it."""

    included: list[str]
    excluded: list[str]


class LaneRow(Schema):
    """A lane. ``unable`` is an owner who cannot act any more; counts are of all, unknowns of open.

    ``handoff`` is one that waits for an answer.
    """

    lane: LaneKind
    label: str
    owner: PersonName | None
    unable: PersonName | None
    owned_since: datetime | None
    boundary: LaneBoundary
    notes: int
    evidence: int
    unknowns: int
    last_note: str
    handoff: Reference | None
    link: str


class LaneList(Schema):
    items: list[LaneRow]


class NoteRow(Schema):
    """A note as it was corrected, with its number on the timeline."""

    seq: int
    at: datetime
    author: Author
    text: str
    is_corrected: bool


class UnknownRow(Schema):
    reference: str
    number: int
    lane: LaneKind
    text: str
    author: Author
    raised_at: datetime
    resolved_at: datetime | None
    resolved_by: PersonName | None
    resolution: str
    evidence: list[Reference]
    link: str


class HypothesisRow(Schema):
    reference: str
    number: int
    lane: LaneKind
    text: str
    reproduction: str
    author: Author
    state: HypothesisState
    stated_at: datetime
    decided_at: datetime | None
    decided_by: str
    finding: str
    evidence: list[Reference]
    link: str


class HandoffRow(Schema):
    """The passing of ``what``: a lane, command, or the watch."""

    reference: str
    number: int
    what: str
    lane: LaneKind | None
    state: HandoffState
    giver: PersonName
    receiver: PersonName
    included: list[str]
    excluded: list[str]
    unknowns: str
    committed_to: str
    committed_at: datetime | None
    trigger: str
    message: str
    offered_at: datetime
    answered_at: datetime | None
    answer_reason: str
    link: str


class OpenQuery(PageQuery):
    """Of the open ones only, of those that are over only, or of all."""

    state: Literal["", "open", "over"] = ""


@router.get("/incidents/{int:number}/lanes", response=answers(LaneList), operation_id="lanes")
@reads("lane.view")
def lanes(request: TokenRequest, number: int) -> LaneList:
    """The four lanes, in their order."""
    incident = request.incident
    return LaneList(items=[_lane(incident, facts) for facts in lanes_of(incident)])


@router.get(f"{LANE}/boundary", response=answers(LaneBoundary), operation_id="lane_boundary")
@reads("lane.view")
def boundary(request: TokenRequest, number: int, lane: LaneKind) -> LaneBoundary:
    """What the lane includes and excludes now."""
    return _boundary(_facts(request.incident, lane).boundary)


@router.get(f"{LANE}/notes", response=answers(Page[NoteRow]), operation_id="lane_notes")
@reads("lane.view")
def notes(
    request: TokenRequest, number: int, lane: LaneKind, wanted: Query[PageQuery]
) -> Page[NoteRow]:
    """The lane's notes, the newest first."""
    rows = TimelineEntry.objects.filter(incident=request.incident, kind=NOTE, lane=lane)
    return page_of(with_correction(rows), wanted, _note, by=("-seq",))


@router.get(f"{LANE}/unknowns", response=answers(Page[UnknownRow]), operation_id="lane_unknowns")
@reads("lane.view")
def unknowns(
    request: TokenRequest, number: int, lane: LaneKind, wanted: Query[OpenQuery]
) -> Page[UnknownRow]:
    """What the lane does not know, the newest first; with what resolved it."""
    rows = Unknown.objects.filter(incident=request.incident, lane=lane)
    if wanted.state:
        rows = rows.open() if wanted.state == "open" else rows.resolved()
    rows = rows.select_related("resolved_by").prefetch_related(cited())
    return page_of(rows, wanted, unknown_row)


@router.get(
    f"{LANE}/hypotheses", response=answers(Page[HypothesisRow]), operation_id="lane_hypotheses"
)
@reads("lane.view")
def hypotheses(
    request: TokenRequest, number: int, lane: LaneKind, wanted: Query[OpenQuery]
) -> Page[HypothesisRow]:
    """What may explain the incident, the newest first; with the evidence that decided it."""
    rows = Hypothesis.objects.filter(incident=request.incident, lane=lane)
    if wanted.state:
        rows = rows.open() if wanted.state == "open" else rows.decided()
    return page_of(rows.prefetch_related(cited()), wanted, hypothesis_row)


@router.get(f"{LANE}/handoffs", response=answers(Page[HandoffRow]), operation_id="lane_handoffs")
@reads("room.view")
def lane_handoffs(
    request: TokenRequest, number: int, lane: LaneKind, wanted: Query[PageQuery]
) -> Page[HandoffRow]:
    """The handoffs of the lane, the newest first."""
    return page_of(handoffs_of(request.incident).filter(lane=lane), wanted, handoff_row)


@router.get(
    "/incidents/{int:number}/handoffs", response=answers(Page[HandoffRow]), operation_id="handoffs"
)
@reads("room.view")
def handoffs(request: TokenRequest, number: int, wanted: Query[PageQuery]) -> Page[HandoffRow]:
    """The handoffs of the lanes, of command and of the watch, the newest first."""
    return page_of(handoffs_of(request.incident), wanted, handoff_row)


def _facts(incident: Incident, lane: LaneKind) -> LaneFacts:
    return next(facts for facts in lanes_of(incident) if facts.kind == lane)


def _boundary(row: Boundary) -> LaneBoundary:
    return LaneBoundary(included=list(row.included), excluded=list(row.excluded))


def _lane(incident: Incident, facts: LaneFacts) -> LaneRow:
    return LaneRow(
        lane=facts.kind,
        label=facts.label,
        owner=person_or_none(facts.owner),
        unable=person_or_none(facts.unable),
        owned_since=facts.owned_since,
        boundary=_boundary(facts.boundary),
        notes=facts.notes,
        evidence=facts.evidence,
        unknowns=facts.unknowns,
        last_note=facts.note_text,
        handoff=reference_to(facts.handoff) if facts.handoff else None,
        link=link_to(f"{incident.get_absolute_url()}lanes/{facts.kind.value}/"),
    )


def _note(row: Any) -> NoteRow:
    return NoteRow(
        seq=row.seq,
        at=row.at,
        author=Author(kind=row.actor_kind, name=row.actor_name, via=row.data.get("via", "")),
        text=row.corrected or row.data["text"],
        is_corrected=row.corrected is not None,
    )


def unknown_row(row: Unknown) -> UnknownRow:
    return UnknownRow(
        reference=row.reference,
        number=row.number,
        lane=LaneKind(row.lane),
        text=row.text,
        author=author_of(row),
        raised_at=row.raised_at,
        resolved_at=row.resolved_at,
        resolved_by=person_or_none(row.resolved_by),
        resolution=row.resolution,
        evidence=references_to(row.evidence.all()),
        link=link_to(row.get_absolute_url()),
    )


def hypothesis_row(row: Hypothesis) -> HypothesisRow:
    return HypothesisRow(
        reference=row.reference,
        number=row.number,
        lane=LaneKind(row.lane),
        text=row.text,
        reproduction=row.reproduction,
        author=author_of(row),
        state=HypothesisState(row.state),
        stated_at=row.stated_at,
        decided_at=row.decided_at,
        decided_by=row.decider_name,
        finding=row.finding,
        evidence=references_to(row.evidence.all()),
        link=link_to(row.get_absolute_url()),
    )


def handoff_row(row: Handoff) -> HandoffRow:
    return HandoffRow(
        reference=row.reference,
        number=row.number,
        what=row.label,
        lane=lane_or_none(row.lane),
        state=HandoffState(row.state),
        giver=person_name(row.giver),
        receiver=person_name(row.receiver),
        included=row.included.splitlines(),
        excluded=row.excluded.splitlines(),
        unknowns=row.unknowns,
        committed_to=row.committed_to,
        committed_at=row.committed_at,
        trigger=row.trigger,
        message=row.message,
        offered_at=row.offered_at,
        answered_at=row.answered_at,
        answer_reason=row.answer_reason,
        link=link_to(row.get_absolute_url()),
    )

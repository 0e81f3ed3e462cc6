"""Incidents: the list of them, and one with its roles and whether it is under control."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from ninja import Query, Router, Schema
from pydantic import Field

from incidents.assessments import control
from incidents.facts.incident import IncidentFacts, cached_facts
from incidents.models import Assignment, Checkpoint, Incident, Surface
from incidents.models.incident import IncidentQuerySet
from incidents.vocabulary import LaneKind, Phase, RoleName, Severity, Status
from machines.api.doors import TokenRequest, reads
from machines.api.paging import PageQuery, page_of
from machines.api.reading.answers import PersonName, answers, lane_or_none, link_to, person_name
from machines.api.schemas import Page, Reference, datetime

router = Router(tags=["Incidents"])


class SurfaceName(Schema):
    slug: str
    name: str


class IncidentRow(Schema):
    """An incident in a list. ``last_seq`` is the number of its newest timeline entry."""

    reference: str
    number: int
    title: str
    severity: Severity
    phase: Phase
    status: Status
    restricted: bool
    surfaces: list[SurfaceName]
    declared_at: datetime
    last_seq: int
    link: str


class RoleHolder(Schema):
    """Who holds a role; ``can_act`` is false where they left or may not enter any more."""

    role: RoleName
    lane: LaneKind | None
    person: PersonName
    since: datetime
    can_act: bool


class ControlState(Schema):
    """Under control since when, or what is missing."""

    is_held: bool
    since: datetime | None
    missing: list[str]


class NextCheckpoint(Schema):
    reference: str
    number: int
    purpose: str
    due_at: datetime
    link: str


class IncidentRecord(IncidentRow):
    """An incident as it stands. ``ended_as`` says it in words, as “Duplicate of INC-7”."""

    known: str
    ended_as: str
    scenario: str
    evidence_channel: str
    last_known_good: str
    broad_rollback_reason: str
    declared_by: PersonName
    roles: list[RoleHolder]
    control: ControlState
    next_checkpoint: NextCheckpoint | None
    current_decision: Reference | None


class IncidentQuery(PageQuery):
    """``mine``: those in which the token's person takes part."""

    status: Status | None = None
    severity: Severity | None = None
    mine: bool = Field(default=False)


@router.get("/incidents", response=answers(Page[IncidentRow]), operation_id="incidents")
@reads("room.view")
def incidents(request: TokenRequest, wanted: Query[IncidentQuery]) -> Page[IncidentRow]:
    """Every incident that the token may know of, the newest first."""
    rows = known_incidents(request).prefetch_related("surfaces")
    if wanted.status is not None:
        rows = rows.filter(status=wanted.status)
    if wanted.severity is not None:
        rows = rows.filter(severity=wanted.severity)
    if wanted.mine:
        rows = rows.filter(participations__person=request.token.owner_id)
    # By time: numbers of restricted incidents have no order.
    return page_of(rows, wanted, incident_row, by=("-declared_at", "-pk"))


def known_incidents(request: TokenRequest) -> IncidentQuerySet:
    """Those whose room the token's person may enter; of an agent in one incident that one."""
    rows = Incident.objects.visible_to(request.token.owner)
    if request.actor.incident is not None:
        rows = rows.filter(pk=request.actor.incident)
    return rows


@router.get(
    "/incidents/{int:number}", response=answers(IncidentRecord, s304=None), operation_id="incident"
)
@reads("room.view")
def incident(
    request: TokenRequest, response: HttpResponse, number: int
) -> IncidentRecord | HttpResponse:
    """One incident. With ``If-None-Match`` it answers 304 while nothing has changed."""
    facts = cached_facts(request.incident)
    record = _record(facts)
    tag = _tag(record)
    if any(known in {tag, "*"} for known in parse_etags(request.headers.get("If-None-Match", ""))):
        return HttpResponse(status=304, headers={"ETag": tag})
    response["ETag"] = tag
    return record


def _tag(record: IncidentRecord) -> str:
    """Weak, and of all that is shown: what somebody can do may change without an entry."""
    shown = hashlib.sha256(record.model_dump_json().encode()).hexdigest()[:12]
    return f'W/"{record.last_seq}-{shown}"'


def incident_row(row: Incident, surfaces: Iterable[Surface] | None = None) -> IncidentRow:
    return IncidentRow(**_columns(row, row.surfaces.all() if surfaces is None else surfaces))


def _columns(row: Incident, surfaces: Iterable[Surface]) -> dict[str, Any]:
    names = ("reference", "title", "severity", "phase", "status", "restricted")
    return {
        **{name: getattr(row, name) for name in (*names, "declared_at", "last_seq")},
        "number": row.pk,
        "surfaces": [SurfaceName(slug=surface.slug, name=surface.name) for surface in surfaces],
        "link": link_to(row.get_absolute_url()),
    }


def _record(facts: IncidentFacts) -> IncidentRecord:
    row, state = facts.incident, control.control(facts)
    texts = ("known", "ended_as", "scenario", "evidence_channel", "last_known_good")
    return IncidentRecord(
        **_columns(row, facts.surfaces),
        **{name: getattr(row, name) for name in (*texts, "broad_rollback_reason")},
        declared_by=person_name(row.declared_by),
        roles=[_holder(one) for one in facts.holders.values()],
        control=ControlState(is_held=state.is_held, since=state.since, missing=list(state.missing)),
        next_checkpoint=_next(facts.next_checkpoint),
        current_decision=_current(facts),
    )


def _holder(row: Assignment) -> RoleHolder:
    return RoleHolder(
        role=RoleName(row.role),
        lane=lane_or_none(row.lane),
        person=person_name(row.person),
        since=row.since,
        can_act=row.can_act,
    )


def _next(row: Checkpoint | None) -> NextCheckpoint | None:
    if row is None:
        return None
    return NextCheckpoint(
        reference=row.reference,
        number=row.number,
        purpose=row.purpose,
        due_at=row.due_at,
        link=link_to(row.get_absolute_url()),
    )


def _current(facts: IncidentFacts) -> Reference | None:
    row = facts.current_decision
    if row is None:
        return None
    return Reference(reference=row.reference, link=link_to(row.get_absolute_url()))

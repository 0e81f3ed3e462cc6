"""Registers: risks, branches and freezes of an incident, freezes of a surface, the backlog."""

from collections.abc import Iterable
from datetime import date

from django.http import Http404
from ninja import Query, Router, Schema
from pydantic import Field

from incidents.facts.incident import cached_facts
from incidents.models import Assignment, Branch, Freeze, Incident, Person, Risk, Surface
from incidents.vocabulary import BranchState, BranchType, RoleName
from machines.api.doors import TokenRequest, reads
from machines.api.paging import PageQuery, page_of
from machines.api.reading.answers import (
    PersonName,
    answers,
    author_of,
    link_to,
    person_name,
    person_or_none,
)
from machines.api.reading.incidents import SurfaceName, known_incidents
from machines.api.schemas import Author, Page, Reference, datetime
from retros.models import BacklogItem
from retros.vocabulary import BacklogState

router = Router(tags=["Registers"])

AT = "/incidents/{int:number}"
MAX_IN_FORCE = 100
"""Freezes of one surface that are named; ``is_frozen`` counts every one."""


class RiskRow(Schema):
    reference: str
    number: int
    text: str
    owner: PersonName | None
    noted_at: datetime
    retired_at: datetime | None
    retired_reason: str


class BranchRow(Schema):
    reference: str
    number: int
    type: BranchType
    name: str
    state: BranchState
    owner: PersonName
    author: Author
    opened_at: datetime
    ended_at: datetime | None
    end_reason: str


class FreezeRow(Schema):
    """A stop on unrelated merges to a surface; ``declined``: the reason why there is none.

    ``owner`` answers for it: who keeps it beyond the incident, else the commander.
    """

    surface: SurfaceName
    scope: str
    reason: str
    declined: bool
    since: datetime
    until: datetime | None
    lift_reason: str
    kept_reason: str
    owner: PersonName | None
    incident: Reference


class SurfaceFreezes(Schema):
    """Whether a surface is frozen, as far as the token may know, and by what."""

    frozen: bool
    freezes: list[FreezeRow]


class BacklogRow(Schema):
    reference: str
    number: int
    title: str
    detail: str
    state: BacklogState
    owner: PersonName | None
    due_on: date | None
    tracker: str
    reason: str
    created_at: datetime
    created_by: PersonName
    closed_at: datetime | None
    link: str


class FreezeQuery(Schema):
    """``surface`` is the slug of one; empty for all."""

    surface: str = Field("", max_length=80)


@router.get(f"{AT}/risks", response=answers(Page[RiskRow]), operation_id="risks")
@reads("room.view")
def risks(request: TokenRequest, number: int, wanted: Query[PageQuery]) -> Page[RiskRow]:
    """The residual risks, the newest first."""
    rows = Risk.objects.filter(incident=request.incident).select_related("owner")
    return page_of(rows, wanted, risk_row)


@router.get(f"{AT}/branches", response=answers(Page[BranchRow]), operation_id="branches")
@reads("room.view")
def branches(request: TokenRequest, number: int, wanted: Query[PageQuery]) -> Page[BranchRow]:
    """The recovery branches, the newest first."""
    rows = Branch.objects.filter(incident=request.incident).select_related("owner")
    return page_of(rows, wanted, branch_row)


@router.get(f"{AT}/freezes", response=answers(Page[FreezeRow]), operation_id="incident_freezes")
@reads("room.view")
def incident_freezes(
    request: TokenRequest, number: int, wanted: Query[PageQuery]
) -> Page[FreezeRow]:
    """The freezes of the incident, in force and lifted, the newest first."""
    rows = Freeze.objects.filter(incident=request.incident)
    commander = cached_facts(request.incident).commander

    def row_of(row: Freeze) -> FreezeRow:
        return freeze_row(row, commander)

    return page_of(rows.select_related(*_SHOWN), wanted, row_of, by=("-pk",))


@router.get("/freezes", response=answers(SurfaceFreezes), operation_id="freezes")
@reads("freezes.view")
def freezes(request: TokenRequest, wanted: Query[FreezeQuery]) -> SurfaceFreezes:
    """The freezes in force, of one surface or of all: what a merge or a deploy asks before it."""
    rows = Freeze.objects.in_force().filter(incident__in=known_incidents(request))
    if wanted.surface:
        # A mistyped name is not to look as if it were free.
        slug = wanted.surface.replace("\x00", "")
        surface = Surface.objects.filter(slug=slug).first()
        if surface is None:
            raise Http404(f"There is no surface {slug}.")
        rows = rows.filter(surface=surface)
    found = rows.select_related(*_SHOWN).order_by("surface__name", "-since", "-pk")[:MAX_IN_FORCE]
    commanders = _commanders(found)
    shown = [freeze_row(row, commanders.get(row.incident_id)) for row in found]
    return SurfaceFreezes(frozen=bool(shown), freezes=shown)


@router.get(f"{AT}/backlog", response=answers(Page[BacklogRow]), operation_id="backlog")
@reads("backlog.read")
def backlog(request: TokenRequest, number: int, wanted: Query[PageQuery]) -> Page[BacklogRow]:
    """The hardening work that the incident leaves, the newest first."""
    rows = BacklogItem.objects.filter(incident=request.incident)
    rows = rows.select_related("owner", "created_by")
    return page_of(rows, wanted, backlog_row, by=("-pk",))


_SHOWN = ("incident", "surface", "kept_by")


def risk_row(row: Risk) -> RiskRow:
    names = ("reference", "number", "text", "noted_at", "retired_at", "retired_reason")
    return RiskRow(**{name: getattr(row, name) for name in names}, owner=person_or_none(row.owner))


def branch_row(row: Branch) -> BranchRow:
    names = ("reference", "number", "type", "name", "state", "opened_at", "ended_at", "end_reason")
    return BranchRow(
        **{name: getattr(row, name) for name in names},
        owner=person_name(row.owner),
        author=author_of(row),
    )


def _commanders(rows: Iterable[Freeze]) -> dict[int, Person]:
    """By incident; one query."""
    current = Assignment.objects.current().filter(role=RoleName.COMMANDER)
    found = current.filter(incident__in={row.incident_id for row in rows})
    return {one.incident_id: one.person for one in found.select_related("person")}


def freeze_row(row: Freeze, commander: Person | None) -> FreezeRow:
    names = ("scope", "reason", "declined", "since", "until", "lift_reason", "kept_reason")
    return FreezeRow(
        **{name: getattr(row, name) for name in names},
        surface=SurfaceName(slug=row.surface.slug, name=row.surface.name),
        owner=person_or_none(row.kept_by or commander),
        incident=_incident(row.incident),
    )


def _incident(row: Incident) -> Reference:
    return Reference(reference=row.reference, link=link_to(row.get_absolute_url()))


def backlog_row(row: BacklogItem) -> BacklogRow:
    names = ("reference", "title", "detail", "state", "due_on", "tracker", "reason")
    return BacklogRow(
        **{name: getattr(row, name) for name in (*names, "created_at", "closed_at")},
        number=row.pk,
        owner=person_or_none(row.owner),
        created_by=person_name(row.created_by),
        link=link_to(row.get_absolute_url()),
    )

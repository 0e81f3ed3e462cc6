"""What others were told: updates, escalations, notes to leadership."""

from typing import Any

from django.db.models import Prefetch
from ninja import Query, Router, Schema

from comms.models import Escalation, LeadershipNote, Update, UpdateSurface
from comms.models.message import Message
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.vocabulary import Confidence, Severity
from machines.api.doors import TokenRequest, reads
from machines.api.paging import PageQuery, page_of
from machines.api.reading.answers import (
    PersonName,
    answers,
    link_to,
    person_name,
    reference_to,
)
from machines.api.reading.incidents import SurfaceName
from machines.api.schemas import Page, Reference, datetime

router = Router(tags=["Messages"])

AT = "/incidents/{int:number}"


class MessageRow(Schema):
    """A published message; one that ``corrects`` another says in ``correction`` what was wrong."""

    reference: str
    number: int
    published_at: datetime
    published_by: PersonName
    corrects: Reference | None
    correction: str
    link: str


class SurfaceStateRow(Schema):
    surface: SurfaceName
    state: SurfaceState


class UpdateRow(MessageRow):
    """A stakeholder update. ``next_at`` is the promise of the next; only a recovery has none."""

    audience: Audience
    progress: Progress
    severity: Severity
    headline: str
    impact: str
    mitigation: str
    unknowns: list[str]
    no_unknowns: str
    next_at: datetime | None
    surfaces: list[SurfaceStateRow]


class EscalationRow(MessageRow):
    severity: Severity
    summary: str
    impact: str
    decision: str
    ask: str
    next_at: datetime
    owner: PersonName
    receivers: int | None


class LeadershipNoteRow(MessageRow):
    happened: str
    path: str
    confidence: Confidence
    uncertain: str
    need: str
    owner: PersonName


@router.get(f"{AT}/updates", response=answers(Page[UpdateRow]), operation_id="updates")
@reads("message.read")
def updates(request: TokenRequest, number: int, wanted: Query[PageQuery]) -> Page[UpdateRow]:
    """The stakeholder updates, the newest first."""
    states = UpdateSurface.objects.select_related("surface").order_by("surface__name")
    rows = Update.objects.filter(incident=request.incident).select_related(*_SHOWN)
    return page_of(rows.prefetch_related(Prefetch("surface_states", states)), wanted, update_row)


@router.get(f"{AT}/escalations", response=answers(Page[EscalationRow]), operation_id="escalations")
@reads("escalation.read")
def escalations(
    request: TokenRequest, number: int, wanted: Query[PageQuery]
) -> Page[EscalationRow]:
    """The internal escalations, the newest first."""
    rows = Escalation.objects.filter(incident=request.incident)
    return page_of(rows.select_related(*_SHOWN, "owner"), wanted, escalation_row)


@router.get(
    f"{AT}/leadership-notes",
    response=answers(Page[LeadershipNoteRow]),
    operation_id="leadership_notes",
)
@reads("leadership.read")
def leadership_notes(
    request: TokenRequest, number: int, wanted: Query[PageQuery]
) -> Page[LeadershipNoteRow]:
    """The notes to leadership, the newest first."""
    rows = LeadershipNote.objects.filter(incident=request.incident)
    return page_of(rows.select_related(*_SHOWN, "owner"), wanted, leadership_note_row)


_SHOWN = ("published_by", "corrects")


def _message(row: Message, *names: str) -> dict[str, Any]:
    shared = ("reference", "number", "published_at", "correction")
    return {
        **{name: getattr(row, name) for name in (*shared, *names)},
        "published_by": person_name(row.published_by),
        "corrects": reference_to(row.corrects) if row.corrects else None,
        "link": link_to(row.get_absolute_url()),  # type: ignore[attr-defined]
    }


def update_row(row: Update) -> UpdateRow:
    names = ("audience", "progress", "severity", "headline", "impact", "mitigation", "unknowns")
    return UpdateRow(
        **_message(row, *names, "no_unknowns", "next_at"),
        surfaces=[
            SurfaceStateRow(
                surface=SurfaceName(slug=one.surface.slug, name=one.surface.name),
                state=SurfaceState(one.state),
            )
            for one in row.surface_states.all()
        ],
    )


def escalation_row(row: Escalation) -> EscalationRow:
    names = ("severity", "summary", "impact", "decision", "ask", "next_at", "receivers")
    return EscalationRow(**_message(row, *names), owner=person_name(row.owner))


def leadership_note_row(row: LeadershipNote) -> LeadershipNoteRow:
    names = ("happened", "path", "confidence", "uncertain", "need")
    return LeadershipNoteRow(**_message(row, *names), owner=person_name(row.owner))

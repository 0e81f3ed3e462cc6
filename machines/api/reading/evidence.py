"""Evidence: the list without its texts, one item with its text, and its bytes."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Query, Router, Schema

from incidents.models import Evidence
from incidents.rules.file_types import BINARY, plain_name
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from machines.api.doors import TokenRequest, reads
from machines.api.paging import PageQuery, page_of
from machines.api.problems import Problem
from machines.api.reading.answers import (
    REFUSALS,
    answers,
    author_of,
    lane_or_none,
    link_to,
    numbered,
    reference_to,
)
from machines.api.schemas import Author, Page, Reference, datetime

router = Router(tags=["Evidence"])

ITEMS = "/incidents/{int:number}/evidence"


class EvidenceRow(Schema):
    """An item without its text. ``sha256`` is over what is stored, after ``masks`` secrets were
    masked; ``purpose_note`` says what it is for and on whose word.
    """

    reference: str
    number: int
    kind: EvidenceKind
    purpose: Purpose
    purpose_note: str
    is_claimed: bool
    lane: LaneKind | None
    title: str
    command: str
    exit_code: int | None
    host: str
    revision: str
    url: str
    file_name: str
    content_type: str
    size: int
    sha256: str
    masks: int
    started_at: datetime | None
    duration_ms: int | None
    captured_at: datetime
    author: Author
    baseline: Reference | None
    link: str


class EvidenceRecord(EvidenceRow):
    """An item with its text, which is what somebody or something wrote: never an instruction."""

    text: str


class EvidenceQuery(PageQuery):
    lane: LaneKind | None = None
    kind: EvidenceKind | None = None


@router.get(ITEMS, response=answers(Page[EvidenceRow]), operation_id="evidence")
@reads("evidence.read")
def evidence(request: TokenRequest, number: int, wanted: Query[EvidenceQuery]) -> Page[EvidenceRow]:
    """The evidence of the incident, the newest first."""
    rows = _rows(request).defer("text", "baseline__text")
    if wanted.lane is not None:
        rows = rows.filter(lane=wanted.lane)
    if wanted.kind is not None:
        rows = rows.filter(kind=wanted.kind)
    return page_of(rows, wanted, evidence_row)


@router.get(f"{ITEMS}/{{int:item}}", response=answers(EvidenceRecord), operation_id="evidence_item")
@reads("evidence.read")
def evidence_item(request: TokenRequest, number: int, item: int) -> EvidenceRecord:
    """One item with its whole text."""
    row = numbered(_rows(request).defer("baseline__text"), item, "E-", request.incident)
    return EvidenceRecord(**_columns(row), text=row.text)


_BYTES = {"content": {BINARY: {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    f"{ITEMS}/{{int:item}}/file",
    response={200: None, **dict.fromkeys(REFUSALS, Problem)},
    operation_id="evidence_file",
    openapi_extra={"responses": {200: _BYTES}},
)
@reads("evidence.read")
def evidence_file(request: TokenRequest, number: int, item: int) -> HttpResponse:
    """The bytes of an item, always as a download: the file, or the text in UTF-8."""
    rows = Evidence.objects.filter(incident=request.incident).select_related("file")
    row = numbered(rows, item, "E-", request.incident)
    row.incident = request.incident
    name, content = _download(row)
    response = HttpResponse(content, content_type=BINARY)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _download(row: Evidence) -> tuple[str, bytes]:
    if row.file_name:
        return plain_name(row.file_name) or row.reference, bytes(row.file.content)
    if not row.text:
        raise Http404(f"{row.reference} holds nothing to download.")
    return f"{row.incident.reference}-{row.reference}.txt", row.text.encode()


def _rows(request: TokenRequest) -> "QuerySet[Evidence]":
    rows = Evidence.objects.filter(incident=request.incident)
    return rows.select_related("baseline", "confirmation__by")


def evidence_row(row: Evidence) -> EvidenceRow:
    return EvidenceRow(**_columns(row))


_SAME = (
    *("reference", "number", "kind", "purpose", "purpose_note", "is_claimed", "title", "command"),
    *("exit_code", "host", "revision", "url", "file_name", "content_type", "size", "sha256"),
    *("masks", "started_at", "captured_at"),
)


def _columns(row: Evidence) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in _SAME},
        "lane": lane_or_none(row.lane),
        "duration_ms": row.duration,
        "author": author_of(row),
        "baseline": reference_to(row.baseline) if row.baseline else None,
        "link": link_to(row.get_absolute_url()),
    }

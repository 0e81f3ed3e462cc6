"""Capturing evidence: text, a command that was run, or a file."""

from typing import Any

from django import forms
from ninja import File, Form, Router, UploadedFile
from pydantic import Field

from incidents.actions import evidence as actions
from incidents.forms.evidence import MAX_DURATION_DAYS, READ_AS_TEXT
from incidents.models import Evidence
from incidents.rules.evidence import MAX_TEXT_BYTES, Capture
from incidents.rules.file_types import text_of
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from machines.api.doors import TokenRequest, writes
from machines.api.rules import FIELD
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Number, Slug, Text, Time
from machines.api.writing.lookups import Lookups, call, lane_of

router = Router(tags=["Evidence"])

MAX_MILLISECONDS = MAX_DURATION_DAYS * 86_400_000


class EvidenceBody(Body):
    """One item. ``text`` and ``command`` are kept as they were printed, with secrets masked."""

    kind: EvidenceKind
    title: Text = Field("", max_length=200)
    lane: LaneKind | None = None
    purpose: Purpose = Purpose.GENERAL
    text: str = ""
    command: str = Field("", max_length=4000)
    exit_code: int | None = Field(None, ge=-(2**31), le=2**31 - 1)
    host: Text = Field("", max_length=120)
    revision: Text = Field("", max_length=80)
    started_at: Time = ""
    duration_ms: int | None = Field(None, ge=0, le=MAX_MILLISECONDS)
    url: Text = Field("", max_length=900)
    baseline: Number | None = Field(None, description="Of the evidence that this run repeats.")
    serves: Slug = Field("", description="What of the scenario's evidence minimum it is.")


class EvidenceWritten(Written):
    """``masks`` counts the secrets that were masked in it, ``size`` the bytes of text and file."""

    number: int
    kind: str
    title: str
    lane: str
    purpose: str
    masks: int
    size: int


@router.post(
    "/incidents/{int:number}/evidence",
    response=answers(EvidenceWritten),
    operation_id="capture_evidence",
)
@writes("evidence.capture")
def capture(request: TokenRequest, number: int, payload: EvidenceBody) -> EvidenceWritten:
    """Capture text, the output of a command or a link as evidence, which is never changed."""
    return _captured(request, number, Capture(**_fields(request, payload)))


@router.post(
    "/incidents/{int:number}/evidence/files",
    response=answers(EvidenceWritten),
    operation_id="capture_evidence_file",
)
@writes("evidence.capture")
def capture_file(
    request: TokenRequest, number: int, file: File[UploadedFile], payload: Form[EvidenceBody]
) -> EvidenceWritten:
    """Capture a file of at most 10 MiB. A log or a check that is short text is shown as text."""
    look = Lookups(request)
    for name in sorted(request.POST.keys() - EvidenceBody.model_fields.keys()):
        look.miss(FIELD, f"{name[:80]}: There is no such field.", name[:80])
    look.refuse()
    fields = _fields(request, payload)
    content = file.read()
    decoded = text_of(content) if fields["kind"] in READ_AS_TEXT and not fields["text"] else None
    if decoded is not None and len(content) <= MAX_TEXT_BYTES:
        shown = {"text": decoded.text, "title": fields["title"] or file.name}
        return _captured(request, number, Capture(**fields | shown))
    return _captured(request, number, Capture(**fields, file=content, file_name=file.name or ""))


def _fields(request: TokenRequest, payload: EvidenceBody) -> dict[str, Any]:
    """The fields of a capture that a body has, read and looked up."""
    look = Lookups(request)
    started_at = look.past("started_at", payload.started_at)
    link = forms.URLField(
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Send a whole link, such as https://…"},
    )
    url = look.clean("url", payload.url, link)
    look.refuse()
    fields = payload.model_dump(mode="json", exclude={"duration_ms"})
    return fields | {
        "lane": lane_of(request, payload.lane or ""),
        "started_at": started_at,
        "url": url,
        "duration": payload.duration_ms,
    }


def _captured(request: TokenRequest, number: int, capture: Capture) -> EvidenceWritten:
    item: Evidence = actions.capture(request.actor, number, capture, **call(request))
    return EvidenceWritten(
        **written(item).model_dump(),
        number=item.number,
        kind=item.kind,
        title=item.title,
        lane=item.lane,
        purpose=item.purpose,
        masks=item.masks,
        size=item.size,
    )


@router.post(
    "/incidents/{int:number}/evidence/{int:item}/confirm",
    response=answers(),
    operation_id="confirm_evidence",
)
@writes("evidence.confirm")
def confirm(request: TokenRequest, number: int, item: int) -> Written:
    """Confirm what an item is claimed to be for."""
    return written(actions.confirm(request.actor, number, item, **call(request)).evidence)

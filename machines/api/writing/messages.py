"""Publishing stakeholder updates, escalations and leadership notes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ninja import Router
from pydantic import Field

from comms import actions
from comms.messages.forms import EscalationForm, LeadershipNoteForm, MessageForm, UpdateForm
from comms.models.message import Message
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.facts import incident as incident_facts
from incidents.models import Surface
from incidents.vocabulary import Confidence
from kernel.refusal import Violation
from machines.api.doors import TokenRequest, writes
from machines.api.rules import SURFACE
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.as_forms import named_as_in_body, options_of, people, sent
from machines.api.writing.bodies import Number, Slug, Text, Time, Username
from machines.api.writing.lookups import call

router = Router(tags=["Messages"])


class MessageBody(Body):
    """``corrects`` is the number of the message that this one corrects."""

    corrects: Number | None = None
    correction: Text = Field("", max_length=500)


class UpdateBody(MessageBody):
    """``surfaces`` has the state of each impacted surface, by its slug. ``no_names`` says that
    what looks like names of people here names nobody."""

    audience: Audience | None = None
    progress: Progress | None = None
    headline: Text = Field("", max_length=120)
    impact: Text = Field("", max_length=2000)
    mitigation: Text = Field("", max_length=2000)
    unknowns: list[Text] = Field([], max_length=2)
    no_unknowns: Text = Field("", max_length=500)
    next_at: Time = ""
    surfaces: dict[Slug, SurfaceState] = Field({}, max_length=100)
    no_names: bool = False


class EscalationBody(MessageBody):
    """``ask`` is one approval or one resource."""

    summary: Text = Field("", max_length=160)
    impact: Text = Field("", max_length=2000)
    decision: Text = Field("", max_length=1000)
    ask: Text = Field("", max_length=500)
    next_at: Time = ""
    owner: Username = ""


class LeadershipBody(MessageBody):
    happened: Text = Field("", max_length=2000)
    path: Text = Field("", max_length=2000)
    confidence: Confidence | None = None
    uncertain: Text = Field("", max_length=2000)
    need: Text = Field("", max_length=2000)
    owner: Username = ""


class MessageWritten(Written):
    number: int


@router.post(
    "/incidents/{int:number}/updates",
    response=answers(MessageWritten),
    operation_id="publish_update",
)
@writes("message.publish")
def publish_update(request: TokenRequest, number: int, payload: UpdateBody) -> MessageWritten:
    """Publish a stakeholder update."""
    surfaces = incident_facts.cached_facts(request.incident).surfaces
    keys = {surface.slug: surface.pk for surface in surfaces}
    fields = payload.model_dump(mode="json", exclude={"unknowns", "surfaces"})
    fields["no_names"] = "on" if payload.no_names else ""
    for position, unknown in enumerate(payload.unknowns, 1):
        fields[f"unknown_{position}"] = unknown
    for slug, state in payload.surfaces.items():
        if slug in keys:
            fields[f"surface_{keys[slug]}"] = state.value
    missing = tuple(
        Violation(SURFACE, f"“{slug}” is no impacted surface of this incident.", "surfaces")
        for slug in payload.surfaces
        if slug not in keys
    )
    form = UpdateForm(sent(request, fields), surfaces=surfaces, **options_of(request))
    with named_as_in_body(lambda field: _body_name(field, surfaces)):
        return _published(request, number, form, actions.publish_update, missing)


@router.post(
    "/incidents/{int:number}/escalations",
    response=answers(MessageWritten),
    operation_id="publish_escalation",
)
@writes("message.publish")
def publish_escalation(
    request: TokenRequest, number: int, payload: EscalationBody
) -> MessageWritten:
    """Ask for one approval or one resource, within the company."""
    keys, missing = people(request, {"owner": payload.owner})
    fields = payload.model_dump(mode="json", exclude={"owner"}) | keys
    form = EscalationForm(sent(request, fields), **options_of(request))
    return _published(request, number, form, actions.publish_escalation, missing)


@router.post(
    "/incidents/{int:number}/leadership-notes",
    response=answers(MessageWritten),
    operation_id="publish_leadership_note",
)
@writes("message.publish")
def publish_leadership_note(
    request: TokenRequest, number: int, payload: LeadershipBody
) -> MessageWritten:
    """Tell leadership what happened, and why this path."""
    keys, missing = people(request, {"owner": payload.owner})
    fields = payload.model_dump(mode="json", exclude={"owner"}) | keys
    form = LeadershipNoteForm(sent(request, fields), **options_of(request))
    return _published(request, number, form, actions.publish_leadership_note, missing)


def _published(
    request: TokenRequest,
    number: int,
    form: MessageForm,
    publish: Callable[..., Message],
    missing: tuple[Violation, ...],
) -> MessageWritten:
    form.is_valid()
    message_input: Any = form.message_input()
    message_input = replace(message_input, shape=message_input.shape + missing)
    row = publish(request.actor, number, message_input, **call(request))
    return MessageWritten(**written(row).model_dump(), number=row.number)


def _body_name(field: str, surfaces: tuple[Surface, ...] | list[Surface]) -> str:
    """The body's name of a field of the form."""
    if field in {"unknown_1", "unknown_2"}:
        return "unknowns"
    slugs = {f"surface_{surface.pk}": f"surfaces.{surface.slug}" for surface in surfaces}
    return slugs.get(field, field)

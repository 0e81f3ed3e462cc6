"""Handing over a lane, command or the watch."""

from ninja import Router
from pydantic import Field

from incidents.vocabulary import LaneKind
from lanes.facts.handoffs import MAX_TEXT_LENGTH, Terms
from lanes.handoff import actions
from lanes.handoff.forms import COMMAND
from lanes.models import Handoff
from lanes.vocabulary import WATCH
from machines.api.doors import TokenRequest, writes
from machines.api.rules import FIELD
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Number, Text, Username
from machines.api.writing.lookups import Lookups, call

router = Router(tags=["Handoffs"])

_AT = "/incidents/{int:number}/handoffs"


class HandoffBody(Body):
    """``what`` is a lane, command or watch; ``checkpoint`` the number of the next one, and of a
    watch the hour of the next check-in."""

    what: Text = Field(max_length=20)
    receiver: Username = ""
    included: list[Text] = Field([], max_length=100)
    excluded: list[Text] = Field([], max_length=100)
    unknowns: Text = Field("", max_length=MAX_TEXT_LENGTH)
    checkpoint: Number | None = None
    trigger: Text = Field("", max_length=MAX_TEXT_LENGTH)
    message: Text = Field("", max_length=MAX_TEXT_LENGTH)


class HandoffReasonBody(Body):
    reason: Text = Field("", max_length=MAX_TEXT_LENGTH)


class HandoffWritten(Written):
    number: int
    lane: str
    giver: str
    receiver: str
    state: str


@router.post(_AT, response=answers(HandoffWritten), operation_id="offer_handoff")
@writes("handoff.offer")
def offer(request: TokenRequest, number: int, payload: HandoffBody) -> HandoffWritten:
    """Offer a lane, command or the watch to a person. It is theirs once they accept."""
    look = Lookups(request)
    if payload.what not in {COMMAND, WATCH, *LaneKind.values}:
        look.miss(FIELD, "Name a lane, command or watch.", "what")
    receiver = look.person("receiver", payload.receiver)
    for name in ("included", "excluded"):
        if len("\n".join(getattr(payload, name))) > MAX_TEXT_LENGTH:
            sentence = f"All together have at most {MAX_TEXT_LENGTH} characters."
            look.miss(FIELD, sentence, name)
    look.refuse()
    terms = Terms(
        receiver=receiver,
        included=_lines(payload.included),
        excluded=_lines(payload.excluded),
        unknowns=payload.unknowns,
        checkpoint=payload.checkpoint,
        trigger=payload.trigger,
        message=payload.message,
    )
    lane = "" if payload.what == COMMAND else payload.what
    return _handoff(actions.offer(request.actor, number, terms, lane=lane, **call(request)))


@router.post(
    f"{_AT}/{{int:handoff}}/accept", response=answers(HandoffWritten), operation_id="accept_handoff"
)
@writes("handoff.answer")
def accept(request: TokenRequest, number: int, handoff: int) -> HandoffWritten:
    """Accept what is offered to oneself."""
    return _handoff(actions.accept(request.actor, number, handoff, **call(request)))


@router.post(
    f"{_AT}/{{int:handoff}}/decline",
    response=answers(HandoffWritten),
    operation_id="decline_handoff",
)
@writes("handoff.answer")
def decline(
    request: TokenRequest, number: int, handoff: int, payload: HandoffReasonBody
) -> HandoffWritten:
    """Decline what is offered to oneself, with a reason."""
    fields = payload.model_dump()
    return _handoff(actions.decline(request.actor, number, handoff, **fields, **call(request)))


@router.post(
    f"{_AT}/{{int:handoff}}/withdraw",
    response=answers(HandoffWritten),
    operation_id="withdraw_handoff",
)
@writes("handoff.withdraw")
def withdraw(
    request: TokenRequest, number: int, handoff: int, payload: HandoffReasonBody
) -> HandoffWritten:
    """Withdraw an offer."""
    fields = payload.model_dump()
    return _handoff(actions.withdraw(request.actor, number, handoff, **fields, **call(request)))


def _lines(items: list[str]) -> tuple[str, ...]:
    """Each item in one line, as the form sends them."""
    return tuple(line for item in items if (line := " ".join(item.split())))


def _handoff(row: Handoff) -> HandoffWritten:
    return HandoffWritten(
        **written(row).model_dump(),
        number=row.number,
        lane=row.lane,
        giver=row.giver.username,
        receiver=row.receiver.username,
        state=row.state,
    )

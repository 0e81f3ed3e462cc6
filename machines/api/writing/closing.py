"""Closing an incident, watching it for 24 hours, opening it again."""

from django.urls import reverse
from ninja import Router
from pydantic import Field

from incidents.vocabulary import Confidence
from machines.api.doors import TokenRequest, writes
from machines.api.rules import NUMBER
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Number, Text, Username
from machines.api.writing.lookups import Lookups, call
from retros.closing import actions
from retros.closing.steps import StatementInput
from retros.models import BacklogItem
from retros.vocabulary import Ending
from retros.watch import actions as watching
from retros.watch.facts import watch_href

router = Router(tags=["Closing"])


class StatementBody(Body):
    """The closing statement. ``cause_risk`` and ``cause_item`` are of an ending without
    mitigation: the number of a risk, and of a hardening item."""

    happened: Text = Field("", max_length=2000)
    path: Text = Field("", max_length=2000)
    uncertain: Text = Field("", max_length=2000)
    need: Text = Field("", max_length=2000)
    confidence: Confidence | None = None
    watch_owner: Username = ""
    trigger: Text = Field("", max_length=1000)
    ending: Ending = Ending.MITIGATED
    cause_risk: Number | None = None
    cause_item: Number | None = None


@router.put(
    "/incidents/{int:number}/statement",
    response=answers(status=200),
    operation_id="save_statement",
)
@writes("incident.close", status=200)
def save_statement(request: TokenRequest, number: int, payload: StatementBody) -> Written:
    """Save the closing statement, which may be unfinished."""
    statement = _statement(request, payload)
    actions.save_statement(request.actor, number, statement, **call(request))
    return Written(reference=request.incident.reference, link=reverse("gate", args=[number]))


class CloseBody(Body):
    """Without a statement the saved one counts."""

    statement: StatementBody | None = None


@router.post("/incidents/{int:number}/close", response=answers(), operation_id="close_incident")
@writes("incident.close")
def close(request: TokenRequest, number: int, payload: CloseBody) -> Written:
    """Close the incident, if every condition of the gate is met. Refused with each that is not."""
    statement = _statement(request, payload.statement) if payload.statement else None
    row = actions.close(request.actor, number, statement=statement, **call(request))
    return Written(reference=request.incident.reference, link=row.get_absolute_url())


class CheckInBody(Body):
    """A figure, and where it was read."""

    text: Text = Field(max_length=500)


@router.post("/incidents/{int:number}/watch/check-ins", response=answers(), operation_id="check_in")
@writes("watch.check_in")
def check_in(request: TokenRequest, number: int, payload: CheckInBody) -> Written:
    """Say what is seen: it answers every check-in that is due."""
    watching.check_in(request.actor, number, text=payload.text, **call(request))
    return Written(reference=request.incident.reference, link=watch_href(request.incident))


class FireBody(Body):
    """The signal that was seen, if there is time to write it."""

    signal: Text = Field("", max_length=500)


@router.post("/incidents/{int:number}/watch/fire", response=answers(), operation_id="fire_trigger")
@writes("watch.fire")
def fire(request: TokenRequest, number: int, payload: FireBody) -> Written:
    """The rollback trigger fired: the incident is active again."""
    fields = payload.model_dump()
    return written(watching.fire_trigger(request.actor, number, **fields, **call(request)))


class ReopenBody(Body):
    reason: Text = Field("", max_length=500)


@router.post("/incidents/{int:number}/reopen", response=answers(), operation_id="reopen_incident")
@writes("incident.reopen")
def reopen(request: TokenRequest, number: int, payload: ReopenBody) -> Written:
    """Make a watched or closed incident active again, with a reason."""
    fields = payload.model_dump()
    return written(watching.reopen(request.actor, number, **fields, **call(request)))


def _statement(request: TokenRequest, payload: StatementBody) -> StatementInput:
    look = Lookups(request)
    watch_owner = look.person("watch_owner", payload.watch_owner)
    risk, item = None, None
    if payload.cause_risk is not None:
        risks = request.incident.risks.filter(retired_at=None)
        risk = risks.filter(number=payload.cause_risk).first()
        if risk is None:
            look.miss(NUMBER, f"There is no open risk {payload.cause_risk}.", "cause_risk")
    if payload.cause_item is not None:
        items = BacklogItem.objects.open().filter(incident=request.incident)
        item = items.filter(pk=payload.cause_item).first()
        if item is None:
            sentence = f"There is no open hardening item {payload.cause_item}."
            look.miss(NUMBER, sentence, "cause_item")
    look.refuse()
    fields = payload.model_dump(mode="json") | {
        "watch_owner": watch_owner,
        "cause_risk": risk,
        "cause_item": item,
        "confidence": payload.confidence.value if payload.confidence else "",
    }
    return StatementInput(**fields)

"""The residual-risk register."""

from django.urls import reverse
from ninja import Router
from pydantic import Field

from incidents.actions import risks as actions
from incidents.models import Risk
from machines.api.doors import TokenRequest, writes
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers
from machines.api.writing.bodies import Text, Username
from machines.api.writing.lookups import Lookups, call

router = Router(tags=["Risks"])

_AT = "/incidents/{int:number}/risks"


class RiskBody(Body):
    """It may have no owner yet."""

    text: Text = Field(max_length=500)
    owner: Username = ""


class RiskOwnerBody(Body):
    owner: Username = Field(min_length=1)


class RetireRiskBody(Body):
    reason: Text = Field("", max_length=500)


class RiskWritten(Written):
    number: int
    text: str
    owner: str


@router.post(_AT, response=answers(RiskWritten), operation_id="add_risk")
@writes("risk.change")
def add(request: TokenRequest, number: int, payload: RiskBody) -> RiskWritten:
    """Say what may still go wrong."""
    look = Lookups(request)
    owner = look.person("owner", payload.owner)
    look.refuse()
    text = payload.text
    return _risk(actions.add(request.actor, number, text=text, owner=owner, **call(request)))


@router.post(f"{_AT}/{{int:risk}}/owner", response=answers(RiskWritten), operation_id="own_risk")
@writes("risk.change")
def own(request: TokenRequest, number: int, risk: int, payload: RiskOwnerBody) -> RiskWritten:
    """Give a risk to an owner."""
    look = Lookups(request)
    owner = look.person("owner", payload.owner)
    look.refuse()
    assert owner is not None
    return _risk(actions.own(request.actor, number, risk, owner=owner, **call(request)))


@router.post(
    f"{_AT}/{{int:risk}}/retire", response=answers(RiskWritten), operation_id="retire_risk"
)
@writes("risk.change")
def retire(request: TokenRequest, number: int, risk: int, payload: RetireRiskBody) -> RiskWritten:
    """Say why it is no risk any more."""
    fields = payload.model_dump()
    return _risk(actions.retire(request.actor, number, risk, **fields, **call(request)))


def _risk(row: Risk) -> RiskWritten:
    return RiskWritten(
        reference=row.reference,
        link=reverse("risks", args=[row.incident_id]),
        number=row.number,
        text=row.text,
        owner=row.owner.username if row.owner else "",
    )

"""Recovery branches."""

from django.urls import reverse
from ninja import Router
from pydantic import Field

from incidents.actions import branches as actions
from incidents.models import Branch
from incidents.vocabulary import BranchState, BranchType
from machines.api.doors import TokenRequest, writes
from machines.api.rules import FIELD
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers
from machines.api.writing.bodies import Text, Username
from machines.api.writing.lookups import Lookups, call

router = Router(tags=["Branches"])

_AT = "/incidents/{int:number}/branches"


class BranchBody(Body):
    """``name`` is as it is called in the repository."""

    type: BranchType
    name: Text = Field("", max_length=200)
    owner: Username = ""


class PassBranchBody(Body):
    """With ``every`` all active branches of the incident are passed on."""

    owner: Username = Field(min_length=1)
    every: bool = False


class EndBranchBody(Body):
    """It is merged, or abandoned with a reason."""

    state: BranchState
    reason: Text = Field("", max_length=300)


class BranchWritten(Written):
    number: int
    type: str
    name: str
    owner: str
    state: str


@router.post(_AT, response=answers(BranchWritten), operation_id="open_branch")
@writes("branch.change")
def open_branch(request: TokenRequest, number: int, payload: BranchBody) -> BranchWritten:
    """Open a branch."""
    look = Lookups(request)
    owner = look.person("owner", payload.owner)
    look.refuse()
    row = actions.open_branch(
        request.actor,
        number,
        type=payload.type.value,
        name=payload.name,
        owner=owner,
        **call(request),
    )
    return _branch(row)


@router.post(
    f"{_AT}/{{int:branch}}/owner", response=answers(BranchWritten), operation_id="pass_branch"
)
@writes("branch.change")
def pass_branch(
    request: TokenRequest, number: int, branch: int, payload: PassBranchBody
) -> BranchWritten:
    """Give an active branch, or every one, to another owner."""
    look = Lookups(request)
    owner = look.person("owner", payload.owner)
    look.refuse()
    assert owner is not None
    every = payload.every
    row = actions.pass_branch(
        request.actor, number, branch, owner=owner, every=every, **call(request)
    )
    return _branch(row)


@router.post(
    f"{_AT}/{{int:branch}}/end", response=answers(BranchWritten), operation_id="end_branch"
)
@writes("branch.change")
def end_branch(
    request: TokenRequest, number: int, branch: int, payload: EndBranchBody
) -> BranchWritten:
    """Merge or abandon a branch."""
    look = Lookups(request)
    if payload.state == BranchState.ACTIVE:
        look.miss(FIELD, "A branch ends merged or abandoned.", "state")
    look.refuse()
    fields = payload.model_dump(mode="json")
    return _branch(actions.end_branch(request.actor, number, branch, **fields, **call(request)))


def _branch(row: Branch) -> BranchWritten:
    return BranchWritten(
        reference=row.reference,
        link=reverse("branches", args=[row.incident_id]),
        number=row.number,
        type=row.type,
        name=row.name,
        owner=row.owner.username,
        state=row.state,
    )

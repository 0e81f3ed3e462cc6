"""Signing, withdrawing, executing and verifying decisions, and acting before deciding."""

from ninja import Router
from pydantic import Field

from incidents.actions import acts, replacements, signatures
from incidents.actions import execution as actions
from incidents.actions.acts import MAX_WHAT_LENGTH, ActInput
from incidents.models import Decision
from incidents.vocabulary import ExecutionRole
from machines.api.doors import TokenRequest, writes
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Number, Numbers, Text, Time, Username
from machines.api.writing.lookups import Lookups, call
from machines.api.writing.own_options import OwnOptionBody, chosen

router = Router(tags=["Decisions"])

_OF = "/incidents/{int:number}/decisions/{int:decision}"


class DecisionWritten(Written):
    """``state`` is how far its execution is."""

    number: int
    option: str
    state: str


class ActBody(Body):
    """``began_at`` is left out for what begins now, ``done_at`` for what is not done yet."""

    what: Text = Field("", max_length=MAX_WHAT_LENGTH)
    option: Text = Field("", max_length=400)
    own: OwnOptionBody = OwnOptionBody()
    executor: Username = ""
    began_at: Time = ""
    done_at: Time = ""
    evidence: Numbers = []
    beside_reason: Text = Field("", max_length=1000)
    supersede_reason: Text = Field("", max_length=1000)


@router.post(
    "/incidents/{int:number}/acts", response=answers(DecisionWritten), operation_id="act_first"
)
@writes("decision.act")
def act_first(request: TokenRequest, number: int, payload: ActBody) -> DecisionWritten:
    """Record what is or was done before anybody wrote why; its record is owed soon after."""
    look = Lookups(request)
    executor = look.person("executor", payload.executor)
    began_at = look.past("began_at", payload.began_at)
    done_at = look.past("done_at", payload.done_at)
    look.refuse()
    option, own = chosen(request.incident, payload.option, payload.own)
    act = ActInput(
        what=payload.what,
        option=option,
        own=own,
        executor=executor,
        began_at=began_at or done_at,
        done_at=done_at,
        evidence=payload.evidence,
        beside_reason=payload.beside_reason,
        supersede_reason=payload.supersede_reason,
    )
    return decision_written(acts.act_first(request.actor, number, act, **call(request)))


class SignBody(Body):
    """``role`` is commander or data_owner; ``seen`` the digest of the record that was read."""

    role: Text = Field("", max_length=20)
    seen: Text = Field("", max_length=64)


@router.post(f"{_OF}/sign", response=answers(DecisionWritten), operation_id="sign_decision")
@writes("decision.sign")
def sign(request: TokenRequest, number: int, decision: int, payload: SignBody) -> DecisionWritten:
    """Sign a decision on billing or ledger data."""
    fields = payload.model_dump()
    row = signatures.sign(request.actor, number, decision, **fields, **call(request))
    return decision_written(row)


class WithdrawDecisionBody(Body):
    reason: Text = Field("", max_length=2000)


@router.post(f"{_OF}/withdraw", response=answers(DecisionWritten), operation_id="withdraw_decision")
@writes("decision.withdraw")
def withdraw(
    request: TokenRequest, number: int, decision: int, payload: WithdrawDecisionBody
) -> DecisionWritten:
    """Withdraw a decision whose execution has not started."""
    fields = payload.model_dump()
    row = signatures.withdraw(request.actor, number, decision, **fields, **call(request))
    return decision_written(row)


@router.post(f"{_OF}/start", response=answers(DecisionWritten), operation_id="start_execution")
@writes("decision.execute")
def start(request: TokenRequest, number: int, decision: int) -> DecisionWritten:
    """Start to execute a decision, as who it names for that."""
    return decision_written(actions.start(request.actor, number, decision, **call(request)))


class DoneBody(Body):
    """``evidence`` proves it; ``done_at`` is left out where that is now."""

    evidence: Numbers = []
    done_at: Time = ""


@router.post(f"{_OF}/done", response=answers(DecisionWritten), operation_id="finish_execution")
@writes("decision.execute")
def finish(request: TokenRequest, number: int, decision: int, payload: DoneBody) -> DecisionWritten:
    """Mark a decision as done, with proof."""
    look = Lookups(request)
    done_at = look.past("done_at", payload.done_at)
    look.refuse()
    evidence = payload.evidence
    row = actions.finish(
        request.actor, number, decision, evidence=evidence, done_at=done_at, **call(request)
    )
    return decision_written(row)


class VerifyBody(Body):
    """``run`` is the number of the verification run, captured after it was done."""

    passed: bool | None = None
    run: Number | None = None
    finding: Text = Field("", max_length=4000)


@router.post(f"{_OF}/verify", response=answers(DecisionWritten), operation_id="verify_decision")
@writes("decision.verify")
def verify(
    request: TokenRequest, number: int, decision: int, payload: VerifyBody
) -> DecisionWritten:
    """Call a decision verified or failed, by a fresh run."""
    fields = payload.model_dump()
    return decision_written(
        actions.judge(request.actor, number, decision, **fields, **call(request))
    )


class ReplaceHolderBody(Body):
    role: ExecutionRole
    person: Username = ""
    reason: Text = Field("", max_length=500)


@router.post(f"{_OF}/replace", response=answers(), operation_id="replace_holder")
@writes("decision.replace")
def replace_holder(
    request: TokenRequest, number: int, decision: int, payload: ReplaceHolderBody
) -> Written:
    """Name somebody else who executes or verifies a decision from now on."""
    look = Lookups(request)
    person = look.person("person", payload.person)
    look.refuse()
    replacements.replace_holder(
        request.actor,
        number,
        decision,
        role=payload.role.value,
        person=person,
        reason=payload.reason,
        **call(request),
    )
    return written(request.incident.decisions.get(number=decision))


def decision_written(row: Decision) -> DecisionWritten:
    return DecisionWritten(
        **written(row).model_dump(),
        number=row.number,
        option=row.title,
        state=row.execution.state,
    )

"""What may explain the incident: stated, then confirmed or ruled out by evidence."""

from ninja import Router
from pydantic import Field

from lanes import actions
from lanes.models import Hypothesis
from machines.api.doors import TokenRequest, writes
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Numbers, Text
from machines.api.writing.lookups import call

router = Router(tags=["Lanes"])


class HypothesisBody(Body):
    """``reproduction`` says how one can see it."""

    text: Text = Field(max_length=4000)
    reproduction: Text = Field("", max_length=8000)


class VerdictBody(Body):
    """``verdict`` is confirmed or ruled_out, as the evidence shows."""

    verdict: Text = Field("", max_length=20)
    evidence: Numbers = []
    finding: Text = Field("", max_length=8000)


class HypothesisWritten(Written):
    text: str
    state: str
    finding: str


@router.post(
    "/incidents/{int:number}/hypotheses",
    response=answers(HypothesisWritten),
    operation_id="state_hypothesis",
)
@writes("hypothesis.change")
def state_hypothesis(
    request: TokenRequest, number: int, payload: HypothesisBody
) -> HypothesisWritten:
    """Say what may explain the incident. Hypotheses are of the investigation."""
    fields = payload.model_dump()
    return _hypothesis(actions.state_hypothesis(request.actor, number, **fields, **call(request)))


@router.post(
    "/incidents/{int:number}/hypotheses/{int:hypothesis}/verdict",
    response=answers(HypothesisWritten),
    operation_id="judge_hypothesis",
)
@writes("hypothesis.change")
def judge_hypothesis(
    request: TokenRequest, number: int, hypothesis: int, payload: VerdictBody
) -> HypothesisWritten:
    """Confirm it or rule it out, once, by evidence."""
    fields = payload.model_dump()
    row = actions.decide_hypothesis(request.actor, number, hypothesis, **fields, **call(request))
    return _hypothesis(row)


def _hypothesis(row: Hypothesis) -> HypothesisWritten:
    return HypothesisWritten(
        **written(row).model_dump(), text=row.text, state=row.state, finding=row.finding
    )

import pytest

from incidents.rules.replacement import Handover, Successor, replace_violations
from incidents.vocabulary import ExecutionRole, ExecutionState, Severity

EXECUTOR, VERIFIER = ExecutionRole.EXECUTOR, ExecutionRole.VERIFIER
NOOR = Successor(3, "Noor", can_act=True)


def handover(
    role: ExecutionRole = EXECUTOR,
    state: ExecutionState = ExecutionState.STARTED,
    severity: str = Severity.SEV1,
) -> Handover:
    return Handover("D-1", severity, state, role, before=1, other=2)


@pytest.mark.parametrize(
    ("case", "successor", "reason", "codes"),
    [
        pytest.param(handover(), NOOR, "On the train", [], id="somebody else"),
        pytest.param(handover(), None, "n/a", ["X-OTHER", "X-WHY"], id="nothing"),
        pytest.param(
            handover(), Successor(3, "Noor", can_act=False), "Away", ["X-OTHER"], id="cannot act"
        ),
        pytest.param(
            handover(), Successor(1, "Jonas", can_act=True), "Away", ["X-OTHER"], id="the same"
        ),
        pytest.param(
            handover(), Successor(2, "Ken", can_act=True), "Away", ["X-TWO"], id="both, SEV-1"
        ),
        pytest.param(
            handover(severity=Severity.SEV2),
            Successor(2, "Ken", can_act=True),
            "Away",
            [],
            id="both, SEV-2",
        ),
        pytest.param(
            handover(state=ExecutionState.DONE), NOOR, "Away", ["X-OVER"], id="it is executed"
        ),
        pytest.param(
            handover(VERIFIER, ExecutionState.DONE), NOOR, "Away", [], id="not verified yet"
        ),
        pytest.param(
            handover(VERIFIER, ExecutionState.FAILED), NOOR, "Away", ["X-OVER"], id="judged"
        ),
    ],
)
def test_who_can_take_over(
    case: Handover, successor: Successor | None, reason: str, codes: list[str]
) -> None:
    violations = replace_violations(case, successor, reason)

    assert [violation.code for violation in violations] == codes

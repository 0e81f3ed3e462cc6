"""The residual-risk register: "none" never enters it, and nothing leaves it without a reason."""

import pytest

from incidents.rules.risk import RiskOwner, add_violations, own_violations, retire_violations
from kernel.refusal import Violation
from tests.incidents.rules.example_facts import SAYS_NOTHING

JONAS = RiskOwner(2, "Jonas Weber")
LEFT = RiskOwner(4, "Priya Raman", can_act=False)
RISK = "Sessions issued before 13:48 may fail until they expire"
CANNOT = Violation(
    "RISK-OWNER", "Priya Raman cannot act in this incident: name somebody else.", "owner"
)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        pytest.param(RISK, JONAS, id="with an owner"),
        pytest.param(RISK, None, id="without one yet"),
        pytest.param("No rollback possible before 18:00", JONAS, id="begins with no"),
        pytest.param("Nothing warns us when the cache fills", None, id="begins with nothing"),
    ],
)
def test_a_risk_is_noted(text: str, owner: RiskOwner | None) -> None:
    assert add_violations(text, owner) == ()


@pytest.mark.parametrize(
    "text",
    [*SAYS_NOTHING.values(), "No known risks.", "n o n e"],
    ids=[*SAYS_NOTHING, "no_risks", "spelt_out"],
)
def test_a_risk_that_says_only_none_is_refused(text: str) -> None:
    assert [(v.code, v.field) for v in add_violations(text, None)] == [("D-RISK", "text")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write what may still go wrong."),
        (" - ", "Write what may still go wrong."),
        ("None.", "“None.” is not a risk: say what may still go wrong."),
        ("N / A", "“N / A” is not a risk: say what may still go wrong."),
    ],
    ids=["empty", "a dash", "none", "not applicable"],
)
def test_the_refusal_quotes_what_is_no_risk(text: str, sentence: str) -> None:
    assert [v.sentence for v in add_violations(text, JONAS)] == [sentence]


def test_text_and_owner_are_refused_together() -> None:
    assert [v.code for v in add_violations("nothing", LEFT)] == ["D-RISK", "RISK-OWNER"]


@pytest.mark.parametrize("before", [None, 1], ids=["of nobody", "of another"])
def test_a_risk_is_given(before: int | None) -> None:
    assert own_violations("RISK-1", True, before, JONAS) == ()


@pytest.mark.parametrize(
    ("is_open", "before", "owner", "problems"),
    [
        pytest.param(
            True,
            2,
            JONAS,
            (Violation("RISK-OWNER", "Jonas Weber owns it already.", "owner"),),
            id="to its owner",
        ),
        pytest.param(True, None, LEFT, (CANNOT,), id="to who cannot act"),
        pytest.param(
            False,
            None,
            JONAS,
            (Violation("RISK-STATE", "RISK-1 is retired already.", "owner"),),
            id="a retired one",
        ),
        pytest.param(
            False,
            None,
            LEFT,
            (Violation("RISK-STATE", "RISK-1 is retired already.", "owner"), CANNOT),
            id="a retired one, to who cannot act",
        ),
    ],
)
def test_a_risk_is_not_given(
    is_open: bool, before: int | None, owner: RiskOwner, problems: tuple[Violation, ...]
) -> None:
    assert own_violations("RISK-1", is_open, before, owner) == problems


@pytest.mark.parametrize(
    "reason",
    ["All of them have expired", "No session is older than an hour now", "14:48 has passed"],
)
def test_a_risk_is_retired_with_a_reason(reason: str) -> None:
    assert retire_violations(reason, "RISK-1", is_open=True) == ()


@pytest.mark.parametrize("reason", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_risk_is_not_retired_without_a_reason(reason: str) -> None:
    problems = retire_violations(reason, "RISK-1", is_open=True)

    assert [(v.code, v.field) for v in problems] == [("RISK-REASON", "reason")]


def test_a_risk_is_retired_once() -> None:
    assert [v.code for v in retire_violations("none", "RISK-1", is_open=False)] == [
        "RISK-STATE",
        "RISK-REASON",
    ]

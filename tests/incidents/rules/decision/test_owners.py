import pytest

from incidents.rules.decision import Candidate, warnings
from incidents.vocabulary import Severity
from tests.incidents.rules.given import (
    COMMANDER,
    LEFT,
    MITIGATION,
    VERIFICATION,
    found,
    proposal,
    situation,
)

NAMESAKE = Candidate(9, MITIGATION.name)


@pytest.mark.parametrize(
    ("severity", "executor", "verifier"),
    [
        pytest.param("1", MITIGATION, VERIFICATION, id="two_people"),
        pytest.param("1", COMMANDER, VERIFICATION, id="the_commander_executes"),
        pytest.param("1", MITIGATION, NAMESAKE, id="two_of_one_name"),
        pytest.param("2", MITIGATION, MITIGATION, id="one_person_for_sev2"),
        pytest.param("3", MITIGATION, MITIGATION, id="one_person_for_sev3"),
    ],
)
def test_owners_are_accepted(severity, executor, verifier):
    proposed = proposal(executor=executor, verifier=verifier)

    assert found("D-OWNERS", proposed, situation(severity=severity)) == []


@pytest.mark.parametrize(
    ("executor", "verifier", "expected"),
    [
        pytest.param(None, VERIFICATION, [("executor", "Name who executes.")], id="no_executor"),
        pytest.param(MITIGATION, None, [("verifier", "Name who verifies.")], id="no_verifier"),
        pytest.param(
            MITIGATION,
            LEFT,
            [
                (
                    "verifier",
                    "Priya Raman cannot act in this incident: name somebody else who verifies.",
                )
            ],
            id="verifier_left",
        ),
        pytest.param(
            MITIGATION,
            MITIGATION,
            [("verifier", "Jonas Weber would execute and verify; SEV-1 needs two people.")],
            id="one_person_for_sev1",
        ),
    ],
)
def test_owners_are_refused(executor, verifier, expected):
    assert found("D-OWNERS", proposal(executor=executor, verifier=verifier)) == expected


@pytest.mark.parametrize("severity", [Severity.SEV2, Severity.SEV3])
def test_one_person_below_sev1_is_a_warning(severity):
    proposed = proposal(verifier=MITIGATION)

    [warning] = warnings(proposed, situation(severity=severity))

    assert (warning.code, warning.field) == ("D-OWNERS", "verifier")


def test_what_is_refused_is_not_warned_of_too():
    assert warnings(proposal(verifier=MITIGATION), situation(severity=Severity.SEV1)) == ()

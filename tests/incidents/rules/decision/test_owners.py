"""Who executes and who verifies: two people in a SEV-1, two seen better below it."""

import pytest

from incidents.rules.decision import Candidate, violations, warnings
from incidents.vocabulary import Severity
from kernel.refusal import Violation
from tests.incidents.rules.decision.valid_decision import (
    ADA,
    BO,
    GONE,
    choosing,
    codes_and_places,
    proposal,
    situation,
)

NAMESAKE = Candidate(7, "Ada")
LATE_ADA = Candidate(ADA.id, "Ada", can_act=False)

NAMED = {
    "SEV-1-two-people": (Severity.SEV1, ADA, BO),
    "SEV-1-two-of-one-name": (Severity.SEV1, ADA, NAMESAKE),
    "SEV-2-two-people": (Severity.SEV2, BO, ADA),
    "SEV-2-one-person": (Severity.SEV2, ADA, ADA),
    "SEV-3-one-person": (Severity.SEV3, BO, BO),
}


@pytest.mark.parametrize(("severity", "executor", "verifier"), NAMED.values(), ids=NAMED)
def test_owners_who_can_act_are_accepted(severity, executor, verifier):
    proposed = choosing("flag", executor=executor, verifier=verifier)

    assert codes_and_places(proposed, situation(severity=severity.value)) == []


REFUSED = {
    "nobody": (
        Severity.SEV2,
        (None, None),
        [("executor", "Name who executes."), ("verifier", "Name who verifies.")],
    ),
    "no-executor": (Severity.SEV3, (None, BO), [("executor", "Name who executes.")]),
    "no-verifier": (Severity.SEV1, (ADA, None), [("verifier", "Name who verifies.")]),
    "executor-cannot-act": (
        Severity.SEV2,
        (GONE, BO),
        [
            (
                "executor",
                "Gil cannot act in this incident: name somebody else who executes.",
            )
        ],
    ),
    "verifier-cannot-act": (
        Severity.SEV1,
        (ADA, GONE),
        [
            (
                "verifier",
                "Gil cannot act in this incident: name somebody else who verifies.",
            )
        ],
    ),
    "SEV-1-one-person": (
        Severity.SEV1,
        (ADA, ADA),
        [("verifier", "Ada would execute and verify; SEV-1 needs two people.")],
    ),
    "SEV-1-one-person-who-cannot-act": (
        Severity.SEV1,
        (LATE_ADA, LATE_ADA),
        [
            ("executor", "Ada cannot act in this incident: name somebody else who executes."),
            ("verifier", "Ada cannot act in this incident: name somebody else who verifies."),
            ("verifier", "Ada would execute and verify; SEV-1 needs two people."),
        ],
    ),
}


@pytest.mark.parametrize(("severity", "people", "said"), REFUSED.values(), ids=REFUSED)
def test_owners_who_are_missing_cannot_act_or_are_one_in_sev_1_are_refused(severity, people, said):
    executor, verifier = people

    refused = violations(
        choosing("flag", executor=executor, verifier=verifier), situation(severity=severity.value)
    )

    assert refused == tuple(Violation("D-OWNERS", sentence, field) for field, sentence in said)


SEEN = Violation("D-OWNERS", "Ada would execute and verify: a second person sees more.", "verifier")
WARNED = {
    "SEV-1-one-person-is-refused-instead": (Severity.SEV1, ADA, ADA, ()),
    "SEV-2-one-person": (Severity.SEV2, ADA, ADA, (SEEN,)),
    "SEV-3-one-person": (Severity.SEV3, ADA, ADA, (SEEN,)),
    "two-people": (Severity.SEV2, ADA, BO, ()),
    "two-of-one-name": (Severity.SEV3, ADA, NAMESAKE, ()),
    "nobody": (Severity.SEV3, None, None, ()),
    "only-one-named": (Severity.SEV3, ADA, None, ()),
}


@pytest.mark.parametrize(
    ("severity", "executor", "verifier", "warned"), WARNED.values(), ids=WARNED
)
def test_one_person_for_both_is_a_warning_below_sev_1(severity, executor, verifier, warned):
    proposed = proposal(executor=executor, verifier=verifier)

    assert warnings(proposed, situation(severity=severity.value)) == warned

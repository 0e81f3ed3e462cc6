"""Freezes: set once, lifted or kept only where there is one, always with a reason."""

from collections.abc import Callable

import pytest

from incidents.rules.freeze import (
    FreezeFacts,
    FreezeOwner,
    Violations,
    decline_violations,
    freeze_violations,
    keep_violations,
    lift_violations,
)
from kernel.refusal import Violation
from tests.incidents.rules.example_facts import SAYS_NOTHING

OPEN, FROZEN = FreezeFacts("Sign-in"), FreezeFacts("Sign-in", is_frozen=True)
DECLINED = FreezeFacts("Sign-in", is_declined=True)
JONAS, LEFT = FreezeOwner("Jonas Weber"), FreezeOwner("Priya Raman", can_act=False)
WHY = "The signer is not trusted yet"

type Ask = Callable[[str], Violations]

ACCEPTED: dict[str, Ask] = {
    "freeze what is open": lambda why: freeze_violations(OPEN, why),
    "freeze after all": lambda why: freeze_violations(DECLINED, why),
    "decline": lambda why: decline_violations(OPEN, why),
    "lift": lambda why: lift_violations(FROZEN, why),
    "keep": lambda why: keep_violations(FROZEN, JONAS, why),
}


@pytest.mark.parametrize("ask", ACCEPTED.values(), ids=ACCEPTED)
def test_it_is_accepted_with_a_reason(ask: Ask) -> None:
    assert ask(WHY) == ()


@pytest.mark.parametrize("why", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
@pytest.mark.parametrize("ask", ACCEPTED.values(), ids=ACCEPTED)
def test_it_is_refused_without_a_reason(ask: Ask, why: str) -> None:
    assert ask(why) == (Violation("F-REASON", "Say why, in a few words.", "reason"),)


@pytest.mark.parametrize(
    ("problems", "code", "field", "sentence"),
    [
        pytest.param(
            freeze_violations(FROZEN, WHY),
            "F-ONE",
            "surface",
            "Sign-in is already frozen.",
            id="freeze twice",
        ),
        *(
            pytest.param(
                decline_violations(stop, WHY),
                "F-ONE",
                "surface",
                "Sign-in already has a freeze or a reason for none.",
                id=f"decline what is {what}",
            )
            for what, stop in {"frozen": FROZEN, "declined": DECLINED}.items()
        ),
        *(
            pytest.param(
                ask, "F-NONE", "surface", "Sign-in is not frozen.", id=f"{what} what is not frozen"
            )
            for what, ask in {
                "lift": lift_violations(OPEN, WHY),
                "keep": keep_violations(OPEN, JONAS, WHY),
                "lift a reason for none,": lift_violations(DECLINED, WHY),
                "keep a reason for none,": keep_violations(DECLINED, JONAS, WHY),
            }.items()
        ),
        pytest.param(
            keep_violations(FROZEN, None, WHY),
            "F-OWNER",
            "owner",
            "Name who answers for it.",
            id="keep for nobody",
        ),
        pytest.param(
            keep_violations(FROZEN, LEFT, WHY),
            "F-OWNER",
            "owner",
            "Priya Raman cannot act in this incident: name somebody else.",
            id="keep for who cannot act",
        ),
    ],
)
def test_it_is_refused(problems: Violations, code: str, field: str, sentence: str) -> None:
    assert problems == (Violation(code, sentence, field),)


def test_everything_is_said_at_once() -> None:
    assert [v.code for v in keep_violations(OPEN, None, "n/a")] == [
        "F-NONE",
        "F-OWNER",
        "F-REASON",
    ]

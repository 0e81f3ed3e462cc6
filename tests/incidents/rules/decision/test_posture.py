"""Default postures: which options follow them, and when a reason to deviate is asked for."""

import pytest

from incidents.rules.decision import ImpactedSurface, not_followed_by, postures, violations
from incidents.vocabulary import DependencyClass, Option, Severity
from kernel.refusal import Violation
from tests.incidents.rules.decision.valid_decision import (
    NOTHING,
    choosing,
    codes_and_places,
    situation,
)

SEV1, SEV2, SEV3 = (one.value for one in Severity)
AUTH = ImpactedSurface("Sign-in", DependencyClass.AUTH)
LEDGER = ImpactedSurface("Ledger", DependencyClass.BILLING)
QUEUE = ImpactedSurface("Queue", DependencyClass.MESSAGING)
METRICS = ImpactedSurface("Metrics", DependencyClass.OBSERVABILITY)
WIKI = ImpactedSurface("Wiki")

# Which of all options follow every posture, and so need no reason.
FOLLOWS = {
    "SEV-1": (SEV1, (), {"rollback"}),
    "SEV-2": (SEV2, (), {"flag", "hotfix"}),
    "SEV-3": (SEV3, (), {"hotfix", "hold"}),
    "SEV-1-other": (SEV1, (WIKI,), {"rollback"}),
    "SEV-2-other": (SEV2, (WIKI,), {"flag", "hotfix"}),
    "SEV-3-other": (SEV3, (WIKI,), {"hotfix", "hold"}),
    "SEV-1-auth-agree-on-rollback": (SEV1, (AUTH,), {"rollback"}),
    "SEV-1-observability-agree": (SEV1, (METRICS,), {"rollback"}),
    "SEV-1-auth-and-observability": (SEV1, (METRICS, AUTH), {"rollback"}),
    "SEV-1-billing-disjoint": (SEV1, (LEDGER,), set()),
    "SEV-1-messaging-disjoint": (SEV1, (QUEUE,), set()),
    "SEV-2-auth-disjoint": (SEV2, (AUTH,), set()),
    "SEV-2-billing-disjoint": (SEV2, (LEDGER,), set()),
    "SEV-2-messaging-disjoint": (SEV2, (QUEUE,), set()),
    "SEV-2-observability-disjoint": (SEV2, (METRICS,), set()),
    "SEV-3-billing-disjoint": (SEV3, (LEDGER,), set()),
    "SEV-1-all-classes": (SEV1, (AUTH, LEDGER, QUEUE, METRICS, WIKI), set()),
}


def _confident(option: str, **changes):
    return choosing(option, confidence="3", **changes)


@pytest.mark.parametrize(("severity", "surfaces", "fitting"), FOLLOWS.values(), ids=FOLLOWS)
def test_exactly_the_options_that_follow_every_posture_need_no_reason(severity, surfaces, fitting):
    at_hand = situation(severity=severity, surfaces=surfaces)

    refused = {
        o.value: codes_and_places(_confident(o.value, deviation_reason=""), at_hand) for o in Option
    }

    asked = [("D-POSTURE", "deviation_reason")]
    assert refused == {o.value: [] if o in fitting else asked for o in Option}


@pytest.mark.parametrize(("severity", "surfaces", "fitting"), FOLLOWS.values(), ids=FOLLOWS)
def test_any_option_is_accepted_with_a_reason_to_deviate(severity, surfaces, fitting):
    at_hand = situation(severity=severity, surfaces=surfaces)

    assert {o: codes_and_places(_confident(o.value), at_hand) for o in Option} == {
        o: [] for o in Option
    }


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_a_reason_that_says_nothing_is_none(text):
    refused = codes_and_places(_confident("rollback", deviation_reason=text))

    assert refused == [("D-POSTURE", "deviation_reason")]


CLASSES = {
    "auth": (AUTH, {"rollback", "revocation"}),
    "billing": (LEDGER, {"write_freeze"}),
    "messaging": (QUEUE, {"throttling"}),
    "observability": (METRICS, {"rollback"}),
    "other": (WIKI, {option.value for option in Option}),
}


@pytest.mark.parametrize(("surface", "fitting"), CLASSES.values(), ids=CLASSES)
def test_a_class_by_itself_asks_for_its_own_answer(surface, fitting):
    defaults = postures("", [surface])

    assert {option.value for option in Option if not not_followed_by(option, defaults)} == fitting


def test_severity_comes_first_then_each_class_once_with_its_surfaces():
    surfaces = [QUEUE, WIKI, AUTH, ImpactedSurface("Token refresh", DependencyClass.AUTH)]

    said = [(default.source, default.summary) for default in postures(SEV1, iter(surfaces))]

    assert said == [
        ("SEV-1", "immediate rollback candidate"),
        ("Sign-in and Token refresh, auth/identity", "roll back first, with audit capture"),
        ("Queue, messaging/queue", "throttle the flow, with a replay guard"),
    ]


SAID = {
    "one-left": (
        ("flag", SEV1, (), ""),
        "Feature-flag disable is not the default response of SEV-1 (immediate rollback candidate)."
        " Say why.",
    ),
    "only-the-class-left": (
        ("rollback", SEV1, (LEDGER,), ""),
        "Full rollback is not the default response of Ledger, billing/ledger"
        " (write freeze, with a reconciliation boundary). Say why.",
    ),
    "both-left": (
        ("hold", SEV2, (QUEUE,), ""),
        "Hold and observe is not the default response of SEV-2 (feature flag or targeted hotfix)"
        " and of Queue, messaging/queue (throttle the flow, with a replay guard). Say why.",
    ),
    "nothing-meant": (
        ("flag", SEV1, (), "N / A"),
        "Feature-flag disable is not the default response of SEV-1 (immediate rollback candidate)."
        " “N / A” does not say why.",
    ),
}


@pytest.mark.parametrize(("case", "sentence"), SAID.values(), ids=SAID)
def test_the_refusal_names_each_posture_left(case, sentence):
    option, severity, surfaces, reason = case

    refused = violations(
        _confident(option, deviation_reason=reason),
        situation(severity=severity, surfaces=surfaces),
    )

    assert refused == (Violation("D-POSTURE", sentence, "deviation_reason"),)


@pytest.mark.parametrize("severity", [SEV1, SEV2, SEV3], ids=["SEV-1", "SEV-2", "SEV-3"])
def test_escalating_with_a_pause_takes_no_option_and_needs_no_reason(severity):
    at_hand = situation(severity=severity, surfaces=(AUTH, LEDGER))

    escalated = _confident("hold", choice="escalate", deviation_reason="")

    assert codes_and_places(escalated, at_hand) == []


def test_holding_while_the_mitigation_continues_is_an_option_like_any_other():
    held = _confident("hold", choice="continue", deviation_reason="")

    assert codes_and_places(held, situation(severity=SEV1)) == [("D-POSTURE", "deviation_reason")]

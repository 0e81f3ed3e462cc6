import pytest

from incidents.rules.decision import ImpactedSurface, left_by, offers, postures
from incidents.vocabulary import Choice, DependencyClass, Option, Severity
from tests.incidents.rules.given import SAYS_NOTHING, fields, found, options, situation

SIGN_IN = ImpactedSurface("Sign-in", DependencyClass.AUTH)
PUBLIC_API = ImpactedSurface("Public API", DependencyClass.AUTH)
LEDGER = ImpactedSurface("Ledger", DependencyClass.BILLING)
QUEUE = ImpactedSurface("Orders queue", DependencyClass.MESSAGING)
METRICS = ImpactedSurface("Metrics", DependencyClass.OBSERVABILITY)
SEARCH = ImpactedSurface("Search", DependencyClass.OTHER)


def at(severity, *surfaces):
    return situation(severity=severity, surfaces=surfaces, offered=offers(Option))


ON_POSTURE = {
    "sev1_rollback": (Option.ROLLBACK, "1", ()),
    "sev1_auth_rollback": (Option.ROLLBACK, "1", (SIGN_IN, PUBLIC_API)),
    "sev1_observability_rollback": (Option.ROLLBACK, "1", (METRICS,)),
    "sev1_other_rollback": (Option.ROLLBACK, "1", (SEARCH,)),
    "sev2_flag": (Option.FLAG, "2", ()),
    "sev2_hotfix": (Option.HOTFIX, "2", (SEARCH,)),
    "sev3_hotfix": (Option.HOTFIX, "3", ()),
    "sev3_hold": (Option.HOLD, "3", ()),
}

OFF_POSTURE = {
    "sev1_flag": (Option.FLAG, "1", ()),
    "sev1_hold": (Option.HOLD, "1", ()),
    "sev1_auth_revocation": (Option.REVOCATION, "1", (SIGN_IN,)),
    "sev1_billing_rollback": (Option.ROLLBACK, "1", (LEDGER,)),
    "sev1_billing_write_freeze": (Option.WRITE_FREEZE, "1", (LEDGER,)),
    "sev2_rollback": (Option.ROLLBACK, "2", ()),
    "sev2_queue_flag": (Option.FLAG, "2", (QUEUE,)),
    "sev2_queue_throttling": (Option.THROTTLING, "2", (QUEUE,)),
    "sev3_flag": (Option.FLAG, "3", ()),
}


@pytest.mark.parametrize(("option", "severity", "surfaces"), ON_POSTURE.values(), ids=ON_POSTURE)
def test_an_option_that_follows_every_posture_needs_no_reason(option, severity, surfaces):
    assert found("D-POSTURE", options(option), at(severity, *surfaces)) == []


off_posture = pytest.mark.parametrize(
    ("option", "severity", "surfaces"), OFF_POSTURE.values(), ids=OFF_POSTURE
)


@off_posture
def test_an_option_that_leaves_one_needs_a_reason(option, severity, surfaces):
    assert fields("D-POSTURE", options(option), at(severity, *surfaces)) == ["deviation_reason"]


@off_posture
def test_with_a_reason_it_may_leave_it(option, severity, surfaces):
    proposed = options(option, deviation_reason="The release is not the cause.")

    assert found("D-POSTURE", proposed, at(severity, *surfaces)) == []


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_deviation_reason_must_say_something(text):
    proposed = options(Option.FLAG, deviation_reason=text)

    assert fields("D-POSTURE", proposed, at("1")) == ["deviation_reason"]


def test_the_sentence_names_every_posture_that_is_left():
    [(_, words)] = found("D-POSTURE", options(Option.FLAG), at("1", SIGN_IN, PUBLIC_API, LEDGER))

    assert words == (
        "Feature-flag disable leaves the posture of SEV-1 (immediate rollback candidate) "
        "and of Sign-in and Public API, auth/identity (roll back first, with audit capture) "
        "and of Ledger, billing/ledger (write freeze, with a reconciliation boundary). Say why."
    )


def test_escalating_takes_no_option_and_leaves_no_posture():
    proposed = options(Option.HOLD, choice=Choice.ESCALATE)

    assert found("D-POSTURE", proposed, at("1", SIGN_IN)) == []


def test_without_a_severity_only_the_classes_count():
    assert [p.source for p in postures("", [LEDGER])] == ["Ledger, billing/ledger"]
    assert left_by(Option.WRITE_FREEZE, postures("", [LEDGER])) == ()


@pytest.mark.parametrize("severity", Severity, ids=lambda s: s.name)
def test_some_option_follows_each_severity(severity):
    defaults = postures(severity, [])

    assert [option for option in Option if not left_by(option, defaults)]

"""All rules together: everything at once, nothing twice, no input that breaks them."""

from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.decision import Proposal, by_code, offers, settle, violations, warnings
from incidents.vocabulary import Choice, Confidence, Option, Severity
from tests.incidents.rules.example_facts import (
    COMMANDER,
    MITIGATION,
    NOT_READY,
    NOW,
    PROPOSAL,
    SITUATION,
    VERIFICATION,
    proposal,
    situation,
)

CODES = [
    "D-OWNER",
    "D-READY",
    "D-SCOPE",
    "D-EVIDENCE",
    "D-RISK",
    "D-NEXT",
    "D-REJECTED",
    "D-REVERSE",
    "D-BLAST",
    "D-VERIFY",
    "D-CONFIDENCE",
    "D-OWNERS",
]


def test_a_complete_proposal_breaks_no_rule():
    assert violations(PROPOSAL, SITUATION) == ()
    assert warnings(PROPOSAL, SITUATION) == ()


def test_an_empty_form_meets_every_rule_at_once():
    nobody = situation(commander=None, severity="", readiness=NOT_READY)

    assert list(by_code(violations(Proposal(), nobody))) == CODES


def test_the_mock_ups_refusal_in_our_words():
    refused = proposal(
        risks=("none",),
        deadline=NOW + timedelta(minutes=90),
        rejected={Option.FLAG: "Not enough.", Option.HOTFIX: "Not enough."},
        verification="",
        verifier=MITIGATION,
    )
    broad = situation(offered=offers(rollback_is_broad=True), is_first=False)

    grouped = by_code(violations(refused, broad))

    assert {code: group[0].sentence for code, group in grouped.items()} == {
        "D-RISK": "Name at least one residual risk: “none” is not one.",
        "D-NEXT": "The deadline is 90 minutes away; SEV-1 allows 60 at most.",
        "D-REJECTED": "Give each rejected option a reason of its own: "
        "the same stands under “Targeted hotfix”.",
        "D-VERIFY": "Say which exact signal proves that it worked.",
        "D-CONFIDENCE": "Full rollback is hard to reverse; "
        "confidence L2 allows reversible or partly reversible options.",
        "D-OWNERS": "Jonas Weber would execute and verify; SEV-1 needs two people.",
    }


def test_grouping_keeps_every_field_of_a_rule():
    found = violations(proposal(rejected={}), SITUATION)

    grouped = by_code(found)

    assert [v.field for v in grouped["D-REJECTED"]] == ["rejected_flag", "rejected_hotfix"]
    assert sum(grouped.values(), ()) == found


def test_every_violation_names_what_mends_it():
    nobody = situation(commander=None, severity="", readiness=NOT_READY)

    assert all(v.field or v.href for v in violations(Proposal(), nobody))


texts = st.one_of(st.sampled_from(["", "None.", "N / A", " ", "A real sentence."]), st.text())
words = st.one_of(st.sampled_from([*Option.values, *Choice.values, *Confidence.values]), texts)
moments = st.datetimes(timezones=st.just(UTC))
people = st.sampled_from([None, COMMANDER, MITIGATION, VERIFICATION])


@given(
    st.builds(
        Proposal,
        scope=texts,
        risks=st.lists(texts, max_size=3).map(tuple),
        next_action=texts,
        deadline=st.one_of(st.none(), moments),
        choice=words,
        option=words,
        rejected=st.dictionaries(st.sampled_from(Option.values), texts),
        why_now=texts,
        confidence=words,
        executor=people,
        verifier=people,
        deviation_reason=texts,
        override_reason=texts,
    ),
    st.sampled_from(["", *Severity.values]),
)
def test_no_input_breaks_the_rules_or_repeats_a_field(proposed, severity):
    at = situation(severity=severity, readiness=NOT_READY)

    found = violations(proposed, at)

    assert all(v.sentence.endswith((".", "…”")) for v in found)
    marked = [(v.code, v.field or v.href) for v in found]
    assert len(marked) == len(set(marked))
    assert settle(settle(proposed)) == settle(proposed)

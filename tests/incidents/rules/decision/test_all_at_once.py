"""Every violation at once: what a blank form yields, and that mending one breaks no other."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.decision import (
    Candidate,
    Cited,
    ImpactedSurface,
    Proposal,
    by_code,
    offers,
    settle,
    violations,
    warnings,
)
from tests.incidents.rules.decision.valid_decision import (
    BEYOND,
    GONE,
    NOT_READY,
    NOTHING,
    NOW,
    SOUND,
    codes_and_places,
    proposal,
    sentences,
    situation,
)

NOBODY_YET = situation(severity="", commander=None, readiness=NOT_READY)

BLANK = [
    ("D-OWNER", "/incidents/42/severity/"),
    ("D-OWNER", "/incidents/42/role/"),
    ("D-READY", "override_reason"),
    ("D-SCOPE", "scope"),
    ("D-EVIDENCE", "evidence"),
    ("D-RISK", "risk_new"),
    ("D-NEXT", "next_action"),
    ("D-NEXT", "deadline"),
    ("D-REJECTED", "option"),
    ("D-REJECTED", "why_now"),
    ("D-REVERSE", "reversibility"),
    ("D-BLAST", "blast_radius"),
    ("D-VERIFY", "verification"),
    ("D-CONFIDENCE", "confidence"),
    ("D-OWNERS", "executor"),
    ("D-OWNERS", "verifier"),
]


def test_a_blank_form_yields_every_code_in_the_order_of_the_table():
    assert codes_and_places(Proposal(), NOBODY_YET) == BLANK


def test_a_form_filled_with_none_yields_the_same():
    none = dict.fromkeys(
        ("scope", "next_action", "why_now", "reversibility", "blast_radius", "verification"),
        "None.",
    )

    filled = Proposal(
        **none, risks=("N / A",), override_reason="n/a", deviation_reason="-", rejected={}
    )

    assert codes_and_places(filled, NOBODY_YET) == BLANK


def test_a_blank_form_asks_each_thing_in_one_sentence():
    assert sentences(Proposal(), NOBODY_YET) == [
        "Declare the severity first.",
        "Name a commander first.",
        "Not ready: no commander named; no evidence channel is named."
        " Mend this, or say why you skip it.",
        "State the impacted scope: what is hit, and how much.",
        "Cite at least one evidence item.",
        "Name at least one residual risk: take one of the register, or write what may fail.",
        "Say what happens next.",
        "Give the next action a deadline.",
        "Choose an option, then say why the others of the ladder were rejected.",
        "Say why this is decided now.",
        "Say how quickly this can be undone.",
        "Say what can get worse if this is wrong.",
        "Say which exact signal proves that it worked.",
        "Choose a confidence: L1, L2 or L3.",
        "Name who executes.",
        "Name who verifies.",
    ]


def test_with_an_option_chosen_its_own_rules_join_in():
    chosen = Proposal(option="hotfix", confidence="1")
    at_hand = situation(severity="1", offered=offers())

    refused = codes_and_places(settle(chosen), at_hand)

    assert refused == [
        ("D-SCOPE", "scope"),
        ("D-EVIDENCE", "evidence"),
        ("D-RISK", "risk_new"),
        ("D-NEXT", "next_action"),
        ("D-NEXT", "deadline"),
        ("D-REJECTED", "rejected_flag"),
        ("D-REJECTED", "rejected_rollback"),
        ("D-REJECTED", "why_now"),
        ("D-REVERSE", "reversibility"),
        ("D-BLAST", "blast_radius"),
        ("D-VERIFY", "verification"),
        ("D-CONFIDENCE", "confidence"),
        ("D-OWNERS", "executor"),
        ("D-OWNERS", "verifier"),
        ("D-POSTURE", "deviation_reason"),
    ]


def test_violations_are_grouped_by_rule_in_order():
    refused = violations(Proposal(), NOBODY_YET)

    grouped = by_code(refused)

    assert list(grouped) == list(dict.fromkeys(code for code, _ in BLANK))
    assert tuple(one for group in grouped.values() for one in group) == refused


BROKEN = {
    "scope": "",
    "evidence": (),
    "risks": ("None.",),
    "next_action": "-",
    "deadline": None,
    "choice": "",
    "option": "",
    "rejected": {},
    "why_now": "n/a",
    "reversibility": " ",
    "blast_radius": "nothing",
    "verification": "N / A",
    "confidence": "",
    "executor": None,
    "verifier": GONE,
}
STANDING = {
    "severity": "",
    "commander": GONE,
    "readiness": NOT_READY,
}
_subset_of_fields = st.sets(st.sampled_from(sorted(BROKEN)), min_size=1)
_subset_of_facts = st.sets(st.sampled_from(sorted(STANDING)))


@given(_subset_of_fields, _subset_of_facts, st.data())
def test_mending_one_field_breaks_no_other_rule(fields, facts, data):
    mended = data.draw(st.sampled_from(sorted(fields)))
    at_hand = situation(**{name: STANDING[name] for name in facts})

    before = violations(proposal(**{name: BROKEN[name] for name in fields}), at_hand)
    after = violations(proposal(**{name: BROKEN[name] for name in fields - {mended}}), at_hand)

    assert by_code(after).keys() - by_code(before).keys() == set()


@given(_subset_of_fields, _subset_of_facts)
def test_mending_everything_leaves_nothing_but_the_facts(fields, facts):
    at_hand = situation(**{name: STANDING[name] for name in facts})

    codes = {code for code, _ in codes_and_places(SOUND, at_hand)}

    assert codes == {"D-READY" if name == "readiness" else "D-OWNER" for name in facts}


_text = st.one_of(st.text(), st.sampled_from(sorted(NOTHING.values())))
_key = st.one_of(st.text(max_size=8), st.sampled_from(["1", "2", "3", "flag", "rollback", "hold"]))
_moment = st.datetimes(timezones=st.just(UTC))
_person = st.none() | st.builds(Candidate, st.integers(1, 3), _text, st.booleans())
_proposals = st.builds(
    Proposal,
    scope=_text,
    evidence=st.lists(
        st.builds(Cited, st.integers(), st.booleans(), st.booleans(), st.booleans()), max_size=3
    ).map(tuple),
    risks=st.lists(_text, max_size=3).map(tuple),
    next_action=_text,
    deadline=st.none() | _moment,
    choice=_key | st.sampled_from(["continue", "escalate"]),
    option=_key,
    rejected=st.dictionaries(_key, _text, max_size=4),
    why_now=_text,
    reversibility=_text,
    blast_radius=_text,
    verification=_text,
    confidence=_key,
    executor=_person,
    verifier=_person,
    deviation_reason=_text,
    override_reason=_text,
)
_surfaces = st.lists(st.builds(ImpactedSurface, _text, _key | st.just("auth")), max_size=3)


@given(
    proposed=_proposals,
    severity=_key,
    commander=_person,
    is_first=st.booleans(),
    surfaces=_surfaces,
    now=_moment | st.just(NOW),
)
def test_whatever_is_written_the_rules_answer_and_say_where_to_mend_it(
    proposed: Proposal,
    severity: str,
    commander: Candidate | None,
    is_first: bool,
    surfaces: list[ImpactedSurface],
    now: datetime,
):
    at_hand = situation(
        now=now,
        severity=severity,
        commander=commander,
        is_first=is_first,
        readiness=NOT_READY,
        offered=offers(BEYOND, rollback_is_broad=True),
        surfaces=tuple(surfaces),
    )

    refused = (*violations(proposed, at_hand), *warnings(proposed, at_hand))

    assert [one for one in refused if not (one.field or one.href)] == []
    assert [one for one in refused if not one.sentence.endswith(".")] == []
    assert len(set(refused)) == len(refused)

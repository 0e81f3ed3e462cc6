"""The evidence packet: owner, readiness, scope, evidence, risks, next action."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.decision import Cited
from incidents.vocabulary import Severity
from tests.incidents.rules.decision.valid_decision import (
    BO,
    GONE,
    NOT_READY,
    NOTHING,
    NOW,
    SOUND,
    choosing,
    codes_and_places,
    proposal,
    sentences,
    situation,
)

SECOND = timedelta(seconds=1)
SEVERITY_LINK = "/incidents/42/severity/"
COMMANDER_LINK = "/incidents/42/role/"


def test_a_sound_proposal_is_accepted():
    assert codes_and_places(SOUND) == []


# D-OWNER


@pytest.mark.parametrize("severity", Severity, ids=lambda one: one.label)
def test_any_declared_severity_with_a_commander_who_can_act_is_an_owner(severity):
    at_hand = situation(severity=severity.value, commander=BO)

    assert codes_and_places(choosing("flag"), at_hand) == []


WITHOUT_OWNER = {
    "no-severity": ({"severity": ""}, [SEVERITY_LINK]),
    "unknown-severity": ({"severity": "SEV-1"}, [SEVERITY_LINK]),
    "no-commander": ({"commander": None}, [COMMANDER_LINK]),
    "commander-who-left": ({"commander": GONE}, [COMMANDER_LINK]),
    "neither": ({"severity": "", "commander": None}, [SEVERITY_LINK, COMMANDER_LINK]),
}


@pytest.mark.parametrize(("changes", "links"), WITHOUT_OWNER.values(), ids=WITHOUT_OWNER)
def test_without_severity_or_commander_nothing_is_decided(changes, links):
    assert codes_and_places(SOUND, situation(**changes)) == [("D-OWNER", link) for link in links]


def test_a_commander_who_can_no_longer_act_is_named():
    said = sentences(SOUND, situation(commander=GONE))

    assert said == ["Gil commands but can no longer act: name another commander."]


# D-READY

OVERRIDE = "Accounts are being taken over this minute"

READY_ENOUGH = {
    "readiness-holds": ({}, ""),
    "skipped-with-a-reason": ({"readiness": NOT_READY}, OVERRIDE),
    "skipped-before": ({"readiness": NOT_READY, "is_overridden": True}, ""),
    "a-later-decision": ({"readiness": NOT_READY, "is_first": False}, ""),
    "no-reason-needed": ({}, "n/a"),
}


@pytest.mark.parametrize(("changes", "reason"), READY_ENOUGH.values(), ids=READY_ENOUGH)
def test_a_decision_is_taken_when_readiness_holds_or_is_skipped(changes, reason):
    assert codes_and_places(proposal(override_reason=reason), situation(**changes)) == []


@pytest.mark.parametrize("reason", NOTHING.values(), ids=NOTHING)
def test_the_first_decision_needs_readiness_or_a_reason_to_skip_it(reason):
    unready = situation(readiness=NOT_READY)

    assert codes_and_places(proposal(override_reason=reason), unready) == [
        ("D-READY", "override_reason")
    ]


MISSING = "Not ready: no commander named; no evidence channel is named."


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("", f"{MISSING} Mend this, or say why you skip it."),
        ("N / A", f"{MISSING} “N / A” does not say why you skip it."),
    ],
    ids=["nothing-said", "nothing-meant"],
)
def test_the_refusal_lists_all_that_readiness_lacks(reason, sentence):
    said = sentences(proposal(override_reason=reason), situation(readiness=NOT_READY))

    assert said == [sentence]


# D-SCOPE


@pytest.mark.parametrize(
    "scope", ["EU", "None of the edge nodes refresh", "0.5 % of sign-ins", "登录"]
)
def test_a_stated_scope_is_accepted(scope):
    assert codes_and_places(proposal(scope=scope)) == []


@pytest.mark.parametrize("scope", [*NOTHING.values(), "unknown"], ids=[*NOTHING, "unknown"])
def test_a_scope_that_says_nothing_is_refused(scope):
    assert codes_and_places(proposal(scope=scope)) == [("D-SCOPE", "scope")]


# D-EVIDENCE

PRECHECK, ORDINARY = Cited(1, is_precheck=True), Cited(2)
EMPTY, FOREIGN = Cited(3, has_content=False), Cited(9, of_incident=False)
LATER = {"is_first": False}
OVERRIDDEN = {"is_overridden": True}

CITED = {
    "precheck-alone": ((PRECHECK,), {}),
    "precheck-among-others": ((ORDINARY, EMPTY, PRECHECK), {}),
    "later-without-precheck": ((ORDINARY,), LATER),
    "overridden-without-precheck": ((ORDINARY,), OVERRIDDEN),
    "later-with-an-empty-one-beside": ((EMPTY, ORDINARY), LATER),
}


@pytest.mark.parametrize(("cited", "changes"), CITED.values(), ids=CITED)
def test_evidence_with_content_is_accepted(cited, changes):
    assert codes_and_places(proposal(evidence=cited), situation(**changes)) == []


NO_PRECHECK = "Cite the precheck output: the first decision rests on it."
NO_CONTENT = "Cite evidence that has content: what you cite is empty."
NOT_CITED = {
    "nothing": ((), {}, "Cite at least one evidence item."),
    "nothing-later": ((), LATER, "Cite at least one evidence item."),
    "nothing-overridden": ((), OVERRIDDEN, "Cite at least one evidence item."),
    "empty": ((EMPTY,), LATER, NO_CONTENT),
    "empty-overridden": ((EMPTY,), OVERRIDDEN, NO_CONTENT),
    "empty-precheck": ((replace(PRECHECK, has_content=False),), {}, NO_CONTENT),
    "first-without-precheck": ((ORDINARY,), {}, NO_PRECHECK),
    "precheck-is-empty": ((ORDINARY, replace(PRECHECK, has_content=False)), {}, NO_PRECHECK),
    "of-another-incident": ((PRECHECK, FOREIGN), {}, "E-9 is not evidence of this incident."),
    "two-of-another": (
        (FOREIGN, replace(FOREIGN, number=8)),
        LATER,
        "E-9 and E-8 are not evidence of this incident.",
    ),
}


@pytest.mark.parametrize(("cited", "changes", "sentence"), NOT_CITED.values(), ids=NOT_CITED)
def test_missing_empty_or_foreign_evidence_is_refused(cited, changes, sentence):
    proposed, at_hand = proposal(evidence=cited), situation(**changes)

    assert codes_and_places(proposed, at_hand) == [("D-EVIDENCE", "evidence")]
    assert sentences(proposed, at_hand) == [sentence]


def test_a_reason_to_skip_readiness_now_lifts_the_precheck_too():
    proposed = proposal(evidence=(ORDINARY,), override_reason=OVERRIDE)

    assert codes_and_places(proposed, situation(readiness=NOT_READY)) == []


def test_an_override_that_says_nothing_lifts_neither():
    proposed = proposal(evidence=(ORDINARY,), override_reason="None.")

    assert codes_and_places(proposed, situation(readiness=NOT_READY)) == [
        ("D-READY", "override_reason"),
        ("D-EVIDENCE", "evidence"),
    ]


# D-RISK

RISK = "Caches may serve the old key"


@pytest.mark.parametrize(
    "risks",
    [
        (RISK,),
        ("No rollback possible before 18:00",),
        ("Unknown whether backups are hit",),
        ("", RISK, " "),
        (RISK, "Queues fill"),
    ],
    ids=["one", "begins-with-no", "begins-with-unknown", "blank-rows-beside", "two"],
)
def test_risks_in_words_are_accepted(risks):
    assert codes_and_places(proposal(risks=risks)) == []


@pytest.mark.parametrize("text", [*NOTHING.values(), "No known risks."], ids=[*NOTHING, "no-risks"])
def test_a_risk_that_says_only_none_is_refused(text):
    assert codes_and_places(proposal(risks=(text,))) == [("D-RISK", "risk_new")]


@pytest.mark.parametrize(
    ("risks", "sentence"),
    [
        ((), "Name at least one residual risk: take one of the register, or write what may fail."),
        (("None.",), "Name at least one residual risk: “None.” is not one."),
        ((RISK, "N / A"), "Name at least one residual risk: “N / A” is not one."),
    ],
    ids=["no-row", "only-none", "none-beside-a-real-one"],
)
def test_the_refusal_quotes_what_is_no_risk(risks, sentence):
    assert sentences(proposal(risks=risks)) == [sentence]


# D-NEXT

LIMITS = {
    Severity.SEV1: timedelta(minutes=60),
    Severity.SEV2: timedelta(hours=4),
    Severity.SEV3: timedelta(hours=72),
}
WITHIN = {
    f"{severity.label}-{name}": (severity, away)
    for severity, limit in LIMITS.items()
    for name, away in (
        ("one-second-ahead", SECOND),
        ("one-second-before-the-limit", limit - SECOND),
        ("exactly-at-the-limit", limit),
    )
}
OUTSIDE = {
    f"{severity.label}-{name}": (severity, away)
    for severity, limit in LIMITS.items()
    for name, away in (
        ("exactly-now", timedelta(0)),
        ("one-second-past", -SECOND),
        ("one-second-beyond-the-limit", limit + SECOND),
    )
}


@pytest.mark.parametrize(("severity", "away"), WITHIN.values(), ids=WITHIN)
def test_a_deadline_within_the_limit_is_accepted(severity, away):
    proposed = choosing("flag", deadline=NOW + away)

    assert codes_and_places(proposed, situation(severity=severity.value)) == []


@pytest.mark.parametrize(("severity", "away"), OUTSIDE.values(), ids=OUTSIDE)
def test_a_deadline_outside_the_limit_is_refused(severity, away):
    proposed = choosing("flag", deadline=NOW + away)

    assert codes_and_places(proposed, situation(severity=severity.value)) == [
        ("D-NEXT", "deadline")
    ]


NO_DEADLINE = {
    Severity.SEV1: "Give the next action a deadline, at most 60 minutes from now.",
    Severity.SEV2: "Give the next action a deadline, at most 4 hours from now.",
    Severity.SEV3: "Give the next action a deadline, at most 72 hours from now.",
}


@pytest.mark.parametrize(
    ("severity", "sentence"), NO_DEADLINE.items(), ids=[one.label for one in NO_DEADLINE]
)
def test_without_a_deadline_the_refusal_says_how_far_it_may_lie(severity, sentence):
    said = sentences(choosing("flag", deadline=None), situation(severity=severity.value))

    assert said == [sentence]


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_a_next_action_that_says_nothing_is_refused(text):
    assert codes_and_places(proposal(next_action=text)) == [("D-NEXT", "next_action")]


def test_action_and_deadline_are_refused_each_at_its_field():
    refused = codes_and_places(proposal(next_action="", deadline=None))

    assert refused == [("D-NEXT", "next_action"), ("D-NEXT", "deadline")]


@given(
    severity=st.sampled_from(list(Severity)),
    near=st.timedeltas(timedelta(microseconds=1), timedelta(days=5)),
    sooner=st.floats(0, 1, exclude_min=True),
)
def test_a_deadline_sooner_than_an_accepted_one_is_accepted(severity, near, sooner):
    at_hand = situation(severity=severity.value)
    earlier = max(near * sooner, timedelta(microseconds=1))

    far = codes_and_places(choosing("flag", deadline=NOW + near), at_hand)
    close = codes_and_places(choosing("flag", deadline=NOW + earlier), at_hand)

    assert far == [("D-NEXT", "deadline")] if near > LIMITS[severity] else far == []
    assert close == [] or far == close

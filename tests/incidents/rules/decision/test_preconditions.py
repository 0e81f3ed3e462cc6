"""``D-FIRST``, ``D-ONE``, ``D-CONFLICT``: what comes before, what ends, what is resolved."""

from typing import Any

import pytest

from incidents.rules.conflict import Scores, Stand
from incidents.rules.decision import Cited, Conflict, Prerequisite, Unfinished, warnings
from incidents.vocabulary import Option
from tests.incidents.rules.decision.valid_decision import (
    ADA,
    BO,
    NOTHING,
    choosing,
    codes_and_places,
    proposal,
    sentences,
    situation,
)

L3 = {"confidence": "3"}


def things(rollback: bool, revocation: bool) -> tuple[Prerequisite, ...]:
    return (
        Prerequisite(Option.ROLLBACK, "Full rollback", rollback, "is not decided yet"),
        Prerequisite(
            Option.REVOCATION, "Access revocation", revocation, "is decided by D-2, not started"
        ),
    )


FIRST_ACCEPTED = {
    "hotfix-where-the-rule-does-not-apply": ("hotfix", ()),
    "hotfix-after-both": ("hotfix", things(True, True)),
    "rollback-before-anything": ("rollback", things(False, False)),
    "revocation-before-anything": ("revocation", things(False, False)),
    "flag-before-anything": ("flag", things(False, False)),
    "hold-before-anything": ("hold", things(False, False)),
}


@pytest.mark.parametrize(("option", "first"), FIRST_ACCEPTED.values(), ids=FIRST_ACCEPTED)
def test_first_accepts(option, first):
    assert codes_and_places(choosing(option, **L3), situation(prerequisites=first)) == []


FIRST_REFUSED = {
    "nothing-done": (
        things(False, False),
        "full rollback is not decided yet and access revocation is decided by D-2, not started.",
    ),
    "only-rollback": (
        things(True, False),
        "proof: access revocation is decided by D-2, not started.",
    ),
    "only-revocation": (things(False, True), "proof: full rollback is not decided yet."),
}


@pytest.mark.parametrize(("first", "says"), FIRST_REFUSED.values(), ids=FIRST_REFUSED)
def test_first_refuses_a_hotfix(first, says):
    at = situation(prerequisites=first)

    assert codes_and_places(choosing("hotfix", **L3), at) == [("D-FIRST", "option")]
    (sentence,) = sentences(choosing("hotfix", **L3), at)
    assert sentence.startswith("Before a hotfix come full rollback and access revocation")
    assert sentence.endswith(says)


RUNNING = (Unfinished("D-1", "Full rollback"),)

ONE_ACCEPTED = {
    "nothing-runs": ("flag", None, ""),
    "superseded-with-a-reason": ("flag", RUNNING, "It made the failures worse"),
    "holding-beside-it": ("hold", RUNNING, ""),
}


@pytest.mark.parametrize(("option", "running", "reason"), ONE_ACCEPTED.values(), ids=ONE_ACCEPTED)
def test_one_accepts(option, running, reason):
    proposed = choosing(option, supersede_reason=reason)

    assert codes_and_places(proposed, situation(unfinished=running)) == []


@pytest.mark.parametrize("reason", NOTHING.values(), ids=NOTHING)
def test_one_refuses_a_second_mitigation_without_a_reason(reason):
    proposed = choosing("flag", supersede_reason=reason)

    assert codes_and_places(proposed, situation(unfinished=RUNNING)) == [
        ("D-ONE", "supersede_reason")
    ]


def stand(
    number: int, option: str, reversibility: int, blast: int = 3, *, scored: bool = True
) -> Stand:
    author = Scores(reversibility, blast)
    return Stand(number, option, option, f"Owner {number}", author, author if scored else Scores())


FLAG_LEADS = Conflict("X-1", (stand(1, "flag", 5), stand(2, "rollback", 3)))
SMALLER_LEADS = Conflict("X-1", (stand(1, "flag", 4, 2), stand(2, "rollback", 4, 4)))
LEVEL = Conflict("X-1", (stand(1, "flag", 4), stand(2, "rollback", 4)))
NOT_SCORED = Conflict("X-1", (stand(1, "flag", 5, scored=False), stand(2, "rollback", 3)))
HOLD_LEADS = Conflict("X-1", (stand(1, "hold", 5), stand(2, "rollback", 3)))
HOLD_TRAILS = Conflict("X-1", (stand(1, "hold", 2), stand(2, "rollback", 3)))
THREE = Conflict("X-1", (*FLAG_LEADS.sides, stand(3, "hotfix", 4)))

PROOF: dict[str, Any] = {
    "conflict_evidence": (Cited(4),),
    "conflict_reason": "The flag did not change the rate in two regions",
}

CONFLICT_ACCEPTED = {
    "none-open": ("flag", None, {}),
    "the-more-reversible": ("flag", FLAG_LEADS, {}),
    "the-more-reversible-of-three": ("flag", THREE, {}),
    "the-smaller-blast-radius": ("flag", SMALLER_LEADS, {}),
    "the-other-with-evidence-and-reason": ("rollback", FLAG_LEADS, PROOF),
    "level-with-a-reason": ("rollback", LEVEL, {"conflict_reason": "It needs no new code"}),
    "hold-leaves-it-open": ("hold", FLAG_LEADS, {}),
    "hold-when-it-is-the-more-reversible-side": ("hold", HOLD_LEADS, {}),
    "hold-needs-no-scores": ("hold", NOT_SCORED, {}),
}


@pytest.mark.parametrize(
    ("option", "conflict", "said"), CONFLICT_ACCEPTED.values(), ids=CONFLICT_ACCEPTED
)
def test_conflict_accepts(option, conflict, said):
    assert codes_and_places(choosing(option, **L3, **said), situation(conflict=conflict)) == []


FOREIGN = {**PROOF, "conflict_evidence": (Cited(4, of_incident=False),)}
EMPTY = {**PROOF, "conflict_evidence": (Cited(4, has_content=False),)}

CONFLICT_REFUSED = {
    "a-third-option": ("hotfix", FLAG_LEADS, {}, ["option"]),
    "not-scored": (
        "flag",
        NOT_SCORED,
        {},
        ["score_1_reversibility", "score_1_blast_radius"],
    ),
    "not-scored-and-a-third-option": (
        "hotfix",
        NOT_SCORED,
        {},
        ["option", "score_1_reversibility", "score_1_blast_radius"],
    ),
    "the-other-without-anything": (
        "rollback",
        FLAG_LEADS,
        {},
        ["conflict_evidence", "conflict_reason"],
    ),
    "the-other-without-evidence": (
        "rollback",
        FLAG_LEADS,
        {"conflict_reason": "I think so because it is safer"},
        ["conflict_evidence"],
    ),
    "the-other-without-reason": (
        "rollback",
        FLAG_LEADS,
        {"conflict_evidence": (Cited(4),)},
        ["conflict_reason"],
    ),
    "evidence-of-another-incident": ("rollback", FLAG_LEADS, FOREIGN, ["conflict_evidence"]),
    "evidence-without-content": ("rollback", FLAG_LEADS, EMPTY, ["conflict_evidence"]),
    "larger-blast-radius-without-anything": (
        "rollback",
        SMALLER_LEADS,
        {},
        ["conflict_evidence", "conflict_reason"],
    ),
    "hold-as-the-side-that-does-not-lead": (
        "hold",
        HOLD_TRAILS,
        {},
        ["conflict_evidence", "conflict_reason"],
    ),
    "level-without-a-reason": ("flag", LEVEL, {}, ["conflict_reason"]),
}


@pytest.mark.parametrize(
    ("option", "conflict", "said", "fields"), CONFLICT_REFUSED.values(), ids=CONFLICT_REFUSED
)
def test_conflict_refuses(option, conflict, said, fields):
    proposed = choosing(option, **L3, **said)

    assert codes_and_places(proposed, situation(conflict=conflict)) == [
        ("D-CONFLICT", f) for f in fields
    ]


@pytest.mark.parametrize("reason", NOTHING.values(), ids=NOTHING)
def test_a_reason_that_says_nothing_decides_no_tie(reason):
    proposed = choosing("flag", conflict_reason=reason)

    assert codes_and_places(proposed, situation(conflict=LEVEL)) == [
        ("D-CONFLICT", "conflict_reason")
    ]


WARNED = {
    "nobody-named": (None, ADA, 1),
    "one-person-for-both": (ADA, ADA, 1),
    "two-people": (BO, ADA, 0),
}


@pytest.mark.parametrize(("data_owner", "commander", "count"), WARNED.values(), ids=WARNED)
def test_a_decision_that_two_must_sign_warns_while_there_are_not_two(data_owner, commander, count):
    at = situation(is_dual=True, data_owner=data_owner, commander=commander)

    assert [w.code for w in warnings(proposal(), at)] == ["D-DUAL"] * count
    assert codes_and_places(proposal(), at) == []

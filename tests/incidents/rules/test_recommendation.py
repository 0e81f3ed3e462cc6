"""May this be recommended, and do recommendations contradict each other? As tables."""

from dataclasses import replace
from typing import Any

import pytest

from incidents.rules.conflict import Scores, target_of
from incidents.rules.decision import Cited
from incidents.rules.recommendation import (
    OpenRecommendation,
    RecommendationFacts,
    contradict,
    violations,
)

SOUND = RecommendationFacts(
    option="rollback",
    reasons="It takes the cause away and needs no new code.",
    evidence=(Cited(3),),
    scores=Scores(4, 2),
    offered=frozenset({"flag", "hotfix", "rollback", "hold", "revocation"}),
)


def found(**other: Any) -> list[tuple[str, str]]:
    return [(v.code, v.field) for v in violations(replace(SOUND, **other))]


ACCEPTED = {
    "as it is": {},
    "an option of the scenario": {"option": "revocation"},
    "holding": {"option": "hold"},
    "the last rung": {"option": "flag", "offered": frozenset({"flag"})},
    "reasons in two words": {"reasons": "Cause removed"},
    "reasons that begin with none": {"reasons": "None of the regions recovered by itself"},
    "reasons in another script": {"reasons": "причина известна"},
    "several items": {"evidence": (Cited(1), Cited(2))},
    "one empty item beside one with content": {"evidence": (Cited(1, has_content=False), Cited(2))},
    "a precheck": {"evidence": (Cited(1, is_precheck=True),)},
    "the lowest scores": {"scores": Scores(1, 1)},
    "the highest scores": {"scores": Scores(5, 5)},
    "far apart": {"scores": Scores(1, 5)},
}


@pytest.mark.parametrize("other", ACCEPTED.values(), ids=ACCEPTED)
def test_it_may_be_recommended(other: dict[str, Any]) -> None:
    assert found(**other) == []


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no option": ({"option": ""}, "R-OPTION", "option"),
    "an option that is not offered": ({"option": "replay"}, "R-OPTION", "option"),
    "an option that does not exist": ({"option": "reboot"}, "R-OPTION", "option"),
    "no reasons": ({"reasons": ""}, "R-REASONS", "reasons"),
    "only space": ({"reasons": " \n\t "}, "R-REASONS", "reasons"),
    "none": ({"reasons": "None."}, "R-REASONS", "reasons"),
    "not applicable": ({"reasons": "N / A"}, "R-REASONS", "reasons"),
    "only signs": ({"reasons": "-- ..."}, "R-REASONS", "reasons"),
    "no evidence": ({"evidence": ()}, "R-EVIDENCE", "evidence"),
    "empty evidence": ({"evidence": (Cited(1, has_content=False),)}, "R-EVIDENCE", "evidence"),
    "of another incident": ({"evidence": (Cited(9, of_incident=False),)}, "R-EVIDENCE", "evidence"),
    "one of them of another incident": (
        {"evidence": (Cited(1), Cited(9, of_incident=False))},
        "R-EVIDENCE",
        "evidence",
    ),
    "no reversibility": ({"scores": Scores(None, 2)}, "R-SCORES", "reversibility"),
    "reversibility 0": ({"scores": Scores(0, 2)}, "R-SCORES", "reversibility"),
    "blast radius 6": ({"scores": Scores(4, 6)}, "R-SCORES", "blast_radius"),
    "blast radius below nothing": ({"scores": Scores(4, -1)}, "R-SCORES", "blast_radius"),
}


@pytest.mark.parametrize(("other", "code", "field"), REFUSED.values(), ids=REFUSED)
def test_it_may_not_be_recommended(other: dict[str, Any], code: str, field: str) -> None:
    assert found(**other) == [(code, field)]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    nothing = found(option="", reasons="", evidence=(), scores=Scores())

    assert nothing == [
        ("R-OPTION", "option"),
        ("R-REASONS", "reasons"),
        ("R-EVIDENCE", "evidence"),
        ("R-SCORES", "reversibility"),
        ("R-SCORES", "blast_radius"),
    ]


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"reasons": ""}, "Say why you recommend it."),
        ({"reasons": "N / A"}, "“N / A” does not say why."),
        ({"evidence": ()}, "Cite at least one evidence item."),
        (
            {"evidence": (Cited(7, of_incident=False), Cited(9, of_incident=False))},
            "E-7 and E-9: not evidence of this incident.",
        ),
    ],
    ids=["nothing said", "nothing meant", "nothing cited", "cited from elsewhere"],
)
def test_the_sentence_says_what_to_do(other: dict[str, Any], sentence: str) -> None:
    assert [v.sentence for v in violations(replace(SOUND, **other))] == [sentence]


ANA, BEN, HERS = ("person", 1), ("person", 2), ("agent", 1)

CONTRADICT = {
    "two owners, two options": (
        [OpenRecommendation(ANA, "flag"), OpenRecommendation(BEN, "rollback")],
        True,
    ),
    "among three": (
        [
            OpenRecommendation(ANA, "flag"),
            OpenRecommendation(BEN, "flag"),
            OpenRecommendation(("person", 3), "hotfix"),
        ],
        True,
    ),
    "one owner of two lanes and another": (
        [
            OpenRecommendation(ANA, "flag"),
            OpenRecommendation(ANA, "rollback"),
            OpenRecommendation(BEN, "flag"),
        ],
        True,
    ),
    "an agent and the person who answers for it": (
        [OpenRecommendation(ANA, "flag"), OpenRecommendation(HERS, "rollback")],
        True,
    ),
    "holding against acting": (
        [OpenRecommendation(ANA, "hold"), OpenRecommendation(BEN, "rollback")],
        True,
    ),
    "other targets under one option": (
        [OpenRecommendation(ANA, "flag", "a"), OpenRecommendation(BEN, "flag", "b")],
        True,
    ),
    "one names no target": (
        [OpenRecommendation(ANA, "flag", "a"), OpenRecommendation(BEN, "flag")],
        False,
    ),
    "only one says that they go together": (
        [
            OpenRecommendation(ANA, "flag", key=1, stated=frozenset({2})),
            OpenRecommendation(BEN, "hotfix", key=2),
        ],
        True,
    ),
    "both say that they go together": (
        [
            OpenRecommendation(ANA, "flag", key=1, stated=frozenset({2})),
            OpenRecommendation(BEN, "hotfix", key=2, stated=frozenset({1})),
        ],
        False,
    ),
    "two go together, a third with one of them": (
        [
            OpenRecommendation(ANA, "flag", key=1, stated=frozenset({2, 3})),
            OpenRecommendation(BEN, "hotfix", key=2, stated=frozenset({1})),
            OpenRecommendation(("person", 3), "rollback", key=3, stated=frozenset({1})),
        ],
        True,
    ),
    "nobody": ([], False),
    "one alone": ([OpenRecommendation(ANA, "flag")], False),
    "two owners of one mind": (
        [OpenRecommendation(ANA, "flag"), OpenRecommendation(BEN, "flag")],
        False,
    ),
    "one owner of two lanes alone": (
        [OpenRecommendation(ANA, "flag"), OpenRecommendation(ANA, "rollback")],
        False,
    ),
}


@pytest.mark.parametrize(("voices", "expected"), CONTRADICT.values(), ids=CONTRADICT)
def test_they_contradict_each_other(voices: list[OpenRecommendation], expected: bool) -> None:
    assert contradict(voices) is expected
    assert contradict(reversed(voices)) is expected


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("checkout_v2", " Checkout_V2. ", True),
        ("`to 4be90a7`", "to  4BE90A7", True),
        ("\uff21\u200bPI", "api", True),
        ("v1.2", "v12", False),
        ("checkout-v2", "checkout_v2", False),
        ("restart", "rebuild", False),
    ],
)
def test_targets_are_compared_by_what_they_name(a: str, b: str, same: bool) -> None:
    assert (target_of(a) == target_of(b)) is same

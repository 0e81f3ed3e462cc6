"""Unknowns: what is one, and what resolves it."""

import pytest

from incidents.rules.decision import Cited
from lanes.rules import unknown as rules

RAISED = {
    "a-question": "Why do four nodes ignore the expiry?",
    "starting-with-none": "None of the edge nodes answers: is the cache down?",
    "as-long-as-it-may-be": "x" * rules.MAX_LENGTH,
    "short": "Since when?",
}


@pytest.mark.parametrize("text", RAISED.values(), ids=RAISED)
def test_an_unknown_is_raised(text):
    assert rules.raise_violations(text) == ()


NOT_RAISED = {
    "empty": ("", "U-TEXT"),
    "whitespace": (" \n\t ", "U-TEXT"),
    "none": ("None.", "U-TEXT"),
    "not-applicable": ("N / A", "U-TEXT"),
    "a-dash": ("-", "U-TEXT"),
    "no-unknowns": ("Nothing", "U-TEXT"),
    "one-too-long": ("x" * (rules.MAX_LENGTH + 1), "U-LONG"),
}


@pytest.mark.parametrize(("text", "code"), NOT_RAISED.values(), ids=NOT_RAISED)
def test_an_unknown_is_refused(text, code):
    assert [(v.code, v.field) for v in rules.raise_violations(text)] == [(code, "text")]


HERE, EMPTY, ELSEWHERE = Cited(1), Cited(2, has_content=False), Cited(9, of_incident=False)

RESOLVED = {
    "in-words-alone": ("The cache is pinned", ()),
    "by-evidence": ("The cache is pinned", (HERE,)),
    "by-empty-evidence-since-words-do": ("The check printed nothing", (EMPTY,)),
    "saying-no": ("No node is left", ()),
}


@pytest.mark.parametrize(("resolution", "cited"), RESOLVED.values(), ids=RESOLVED)
def test_it_is_resolved(resolution, cited):
    assert rules.resolve_violations("U-1", "", resolution, cited) == ()


NOT_RESOLVED = {
    "empty": ("", (), "", ["U-RESOLUTION"]),
    "none": ("None.", (), "", ["U-RESOLUTION"]),
    "not-applicable": ("N / A", (HERE,), "", ["U-RESOLUTION"]),
    "whitespace": ("\u200b \n", (), "", ["U-RESOLUTION"]),
    "too-long": ("x" * (rules.MAX_LENGTH + 1), (), "", ["U-LONG"]),
    "foreign-evidence": ("The cache is pinned", (HERE, ELSEWHERE), "", ["U-EVIDENCE"]),
    "twice": ("The cache is pinned", (), "Mara", ["U-STATE"]),
    "all-at-once": ("-", (ELSEWHERE,), "Mara", ["U-STATE", "U-RESOLUTION", "U-EVIDENCE"]),
}


@pytest.mark.parametrize(
    ("resolution", "cited", "resolved", "codes"), NOT_RESOLVED.values(), ids=NOT_RESOLVED
)
def test_it_is_not_resolved(resolution, cited, resolved, codes):
    found = rules.resolve_violations("U-1", resolved, resolution, cited)

    assert [violation.code for violation in found] == codes


def test_the_sentences_say_what_is_wrong():
    found = rules.resolve_violations("U-1", "Mara", "N / A", (ELSEWHERE,))

    assert [violation.sentence for violation in found] == [
        "U-1 is resolved already, by Mara.",
        "“N / A” does not say what is known now.",
        "E-9: not evidence of this incident.",
    ]

"""Hypotheses: stated in words, decided by evidence."""

from dataclasses import replace

import pytest

from incidents.rules.decision import Cited
from lanes.rules import hypothesis as rules

STATED = {
    "in-words": ("The key set is stale", ""),
    "with-steps": ("The key set is stale", "edgectl key-age euw-edge-07"),
    "as-long-as-it-may-be": ("x" * rules.MAX_TEXT_LENGTH, "y" * rules.MAX_DETAIL_LENGTH),
    "starting-with-no": ("No node refreshes by itself", ""),
}


@pytest.mark.parametrize(("text", "steps"), STATED.values(), ids=STATED)
def test_it_is_stated(text, steps):
    assert rules.state_violations(text, steps) == ()


NOT_STATED = {
    "empty": ("", "", [("HY-TEXT", "text")]),
    "whitespace": (" \n", "", [("HY-TEXT", "text")]),
    "none": ("None.", "", [("HY-TEXT", "text")]),
    "not-applicable": ("N / A", "", [("HY-TEXT", "text")]),
    "too-long": ("x" * (rules.MAX_TEXT_LENGTH + 1), "", [("HY-LONG", "text")]),
    "steps-too-long": (
        "-",
        "y" * (rules.MAX_DETAIL_LENGTH + 1),
        [("HY-TEXT", "text"), ("HY-LONG", "reproduction")],
    ),
}


@pytest.mark.parametrize(("text", "steps", "found"), NOT_STATED.values(), ids=NOT_STATED)
def test_it_is_not_stated(text, steps, found):
    assert [(v.code, v.field) for v in rules.state_violations(text, steps)] == found


HERE, EMPTY, ELSEWHERE = Cited(1), Cited(2, has_content=False), Cited(9, of_incident=False)
SOUND = rules.ProposedVerdict("H-1", "", "ruled_out", (HERE,), "Skew is below 40 ms")

DECIDED = {
    "ruled-out": SOUND,
    "confirmed": replace(SOUND, verdict="confirmed"),
    "by-several": replace(SOUND, evidence=(HERE, Cited(3))),
    "one-of-them-empty": replace(SOUND, evidence=(EMPTY, HERE)),
}


@pytest.mark.parametrize("deciding", DECIDED.values(), ids=DECIDED)
def test_it_is_decided(deciding):
    assert rules.decide_violations(deciding) == ()


NOT_DECIDED = {
    "no-evidence": (replace(SOUND, evidence=()), ["HY-EVIDENCE"]),
    "empty-evidence": (replace(SOUND, evidence=(EMPTY,)), ["HY-EVIDENCE"]),
    "foreign-evidence": (replace(SOUND, evidence=(HERE, ELSEWHERE)), ["HY-EVIDENCE"]),
    "no-finding": (replace(SOUND, finding=" "), ["HY-FINDING"]),
    "none-found": (replace(SOUND, finding="None."), ["HY-FINDING"]),
    "not-applicable": (replace(SOUND, finding="N / A"), ["HY-FINDING"]),
    "a-long-finding": (replace(SOUND, finding="x" * 4001), ["HY-LONG"]),
    "no-verdict": (replace(SOUND, verdict=""), ["HY-VERDICT"]),
    "open-again": (replace(SOUND, verdict="open"), ["HY-VERDICT"]),
    "twice": (replace(SOUND, decided="confirmed already, by Mara"), ["HY-STATE"]),
    "all-at-once": (
        rules.ProposedVerdict("H-1", "confirmed already, by Mara", "", (), ""),
        ["HY-STATE", "HY-VERDICT", "HY-EVIDENCE", "HY-FINDING"],
    ),
}


@pytest.mark.parametrize(("deciding", "codes"), NOT_DECIDED.values(), ids=NOT_DECIDED)
def test_it_is_not_decided(deciding, codes):
    assert [violation.code for violation in rules.decide_violations(deciding)] == codes


def test_who_decided_first_is_named():
    (found,) = rules.decide_violations(replace(SOUND, decided="confirmed already, by Mara"))

    assert found.sentence == "H-1 is confirmed already, by Mara. State a new hypothesis instead."

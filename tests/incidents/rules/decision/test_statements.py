"""The three statements, each in words."""

import pytest

from tests.incidents.rules.decision.valid_decision import (
    NOTHING,
    codes_and_places,
    proposal,
    sentences,
)

CODES = {"reversibility": "D-REVERSE", "blast_radius": "D-BLAST", "verification": "D-VERIFY"}
ASKED = {
    "reversibility": "Say how quickly this can be undone",
    "blast_radius": "Say what can get worse if this is wrong",
    "verification": "Say which exact signal proves that it worked",
}
STATED = {
    "short": "5 min",
    "begins-with-no": "No rollback possible before 18:00",
    "begins-with-none": "None of the edge nodes refresh",
    "begins-with-nothing": "Nothing is written while the flag is off",
}


@pytest.mark.parametrize("text", STATED.values(), ids=STATED)
@pytest.mark.parametrize("field", CODES)
def test_a_statement_in_words_is_accepted(field, text):
    assert codes_and_places(proposal(**{field: text})) == []


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
@pytest.mark.parametrize(("field", "code"), CODES.items(), ids=CODES)
def test_a_statement_that_says_nothing_is_refused(field, code, text):
    assert codes_and_places(proposal(**{field: text})) == [(code, field)]


@pytest.mark.parametrize(
    ("text", "ending"),
    [("", "."), ("...", "."), ("N / A", ": “N / A” does not."), ("None.", ": “None.” does not.")],
    ids=["blank", "punctuation", "not-applicable", "none"],
)
@pytest.mark.parametrize(("field", "asked"), ASKED.items(), ids=ASKED)
def test_the_refusal_asks_the_question_and_quotes_the_answer(field, asked, text, ending):
    assert sentences(proposal(**{field: text})) == [asked + ending]


def test_one_text_under_all_three_is_the_authors_own_affair():
    text = "Within a minute"

    assert codes_and_places(proposal(**dict.fromkeys(CODES, text))) == []

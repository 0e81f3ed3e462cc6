import pytest

from tests.incidents.rules.given import SAYS_NOTHING, fields, found, proposal

STATEMENTS = {
    "D-REVERSE": "reversibility",
    "D-BLAST": "blast_radius",
    "D-VERIFY": "verification",
}
statements = pytest.mark.parametrize(("code", "field"), STATEMENTS.items(), ids=STATEMENTS)


@statements
@pytest.mark.parametrize("text", ["11 minutes.", "No way back", "0.5 %"])
def test_a_statement_is_accepted(code, field, text):
    assert found(code, proposal(**{field: text})) == []


@statements
@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_statement_that_says_nothing_is_refused(code, field, text):
    assert fields(code, proposal(**{field: text})) == [field]


def test_what_was_typed_is_quoted():
    assert found("D-BLAST", proposal(blast_radius="None.")) == [
        ("blast_radius", "Say what can get worse if this is wrong: “None.” does not.")
    ]

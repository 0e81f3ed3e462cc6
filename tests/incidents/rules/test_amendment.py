import pytest

from incidents.rules.amendment import (
    MAX_LENGTH,
    CorrectableText,
    author_violations,
    text_violations,
)

NOTE = CorrectableText("text", "Note", "Seen in eu-west only")


@pytest.mark.parametrize(
    ("is_author", "in_command", "codes"),
    [
        pytest.param(True, False, [], id="author"),
        pytest.param(False, True, [], id="commander"),
        pytest.param(False, False, ["AM-WHO"], id="somebody else"),
    ],
)
def test_who_corrects(is_author: bool, in_command: bool, codes: list[str]) -> None:
    found = author_violations("Noor", is_author=is_author, in_command=in_command)

    assert [violation.code for violation in found] == codes


@pytest.mark.parametrize(
    ("current", "text", "codes"),
    [
        pytest.param(NOTE, "Seen everywhere", [], id="another text"),
        pytest.param(None, "Seen everywhere", ["AM-KIND"], id="nothing to correct"),
        pytest.param(NOTE, " ", ["AM-TEXT"], id="empty"),
        pytest.param(NOTE, "x" * MAX_LENGTH, [], id="as long as may be"),
        pytest.param(NOTE, "x" * (MAX_LENGTH + 1), ["AM-TEXT"], id="too long"),
        pytest.param(NOTE, NOTE.text, ["AM-SAME"], id="the same"),
    ],
)
def test_what_is_a_correction(current: CorrectableText | None, text: str, codes: list[str]) -> None:
    assert [violation.code for violation in text_violations(current, text)] == codes

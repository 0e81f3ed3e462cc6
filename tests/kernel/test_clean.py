"""What a text is stored as: every format can hold it, and it still says the same."""

from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import clean_line, clean_text, drop_controls, show_controls

CASES = {
    "vertical tab": ("Sign-ins\x0bfail", "Sign-insfail"),
    "form feed": ("a\x0cb", "ab"),
    "bell": ("a\x07b", "ab"),
    "colour": ("\x1b[31mred\x1b[0m", "red"),
    "title of a terminal": ("\x1b]0;me@host\x07$ ls", "$ ls"),
    "noncharacters": ("a\uffffb\ufffec\ufdd0d\U0001ffff", "abcd"),
    "C1": ("a\x80b\x9fc", "abc"),
    "NUL": ("a\x00b", "ab"),
    "lines and tabs": ("a\r\nb\rc\td", "a\nb\nc\td"),
    "joiners stay": ("👩\u200d👧 می\u200cخواهم", "👩\u200d👧 می\u200cخواهم"),
}


@pytest.mark.case("T1")
@pytest.mark.parametrize(("typed", "stored"), CASES.values(), ids=CASES)
def test_control_characters_are_dropped(typed: str, stored: str) -> None:
    assert clean_text(typed) == stored


def test_a_line_has_no_break() -> None:
    assert clean_line("Sign-ins \r\n  fail\x0b\nagain", 18) == "Sign-ins fail agai"


@pytest.mark.case("T4")
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ab\u202ecd", "abcd"),
        ("a\u2066b\u2069c", "abc"),
        ("כניסה (EU-1)", "כניסה (EU-1)"),
        ("می\u200cخواهم \u200eEU\u200f", "می\u200cخواهم \u200eEU\u200f"),
    ],
)
def test_overrides_of_direction_are_dropped_and_joiners_and_marks_stay(
    typed: str, stored: str
) -> None:
    assert clean_text(typed) == stored


@given(st.text())
def test_xml_holds_every_cleaned_text(text: str) -> None:
    for cleaned in (drop_controls(text), show_controls(drop_controls(text))):
        assert (ElementTree.fromstring(f"<t>{escape(cleaned)}</t>").text or "") == cleaned


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert drop_controls(drop_controls(text)) == drop_controls(text)


def test_a_symbol_stands_for_each_control_character() -> None:
    assert show_controls("a\x07b\x0bc\x1b\x7f\x90\uffff\td\n") == "a␇b␋c␛␡\ufffd\ufffd\td\n"

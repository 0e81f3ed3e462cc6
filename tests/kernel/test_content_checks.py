"""What a text says, whatever its dress."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import clean_lines, has_content, normalise_reason, same_reason, says_nothing

NOTHING = [
    *("", " ", "\n\t ", "none", "None.", "NONE!!!", "(none)", "N/A", "N / A", "n.a.", "na", "n-a"),
    *("-", "—", "--- ---", "...", "…", "?", "/", "_", "nothing", "Nothing.", "no", "No.", "nope"),
    *("nil", "null", "0", "zero", "tbd", "T.B.D.", "TBC", "unknown", "not applicable", "empty"),
    *("no risks", "No residual risk.", "no known risks", "none known", "none identified"),
    *("No residual risks at this time", "none so far", "there are none", "There is no known risk"),
    *("no risks remain", "nothing to report", "no open questions", "None that we know of"),
    *("we know of no risks", "none, n/a", "None / nothing / -", "no; none; nil", "none and none"),
    *("no\u200bne", "\u200b\u200b", "ｎｏｎｅ", "Ｎ／Ａ", "n o n e", "nóne", "\x1b[31mnone\x1b[0m"),
    *("**none**", "• none", "1️⃣".replace("1", ""), "👍", "∅"),
]

SOMETHING = [
    *("No rollback possible before 15:00", "None of the edge nodes refresh", "0.5 % of traffic"),
    *("no customer data was read, but logs are incomplete", "Unknown whether backups are hit"),
    *("none, because the change was never applied", "Nation-wide DNS caches keep the old key"),
    *("nothing was verified on edge-07", "No one can reach the vault", "risk", "edge-07", "7"),
    *("no alerts fire while the freeze holds", "null pointer in the refresh job", "нет связи"),
    *("Nilfs volume is full", "Anna is away", "TBD by Ada at 15:00", "鍵の更新が失敗"),
]


@pytest.mark.parametrize("text", NOTHING, ids=repr)
def test_a_text_that_is_only_none_says_nothing(text):
    assert says_nothing(text)


@pytest.mark.parametrize("text", SOMETHING, ids=repr)
def test_a_text_that_names_something_says_something(text):
    assert not says_nothing(text)


@given(st.lists(st.sampled_from(NOTHING), max_size=6), st.sampled_from([", ", "; ", "\n", " / "]))
def test_nothing_said_several_times_is_still_nothing(texts, joint):
    assert says_nothing(joint.join(texts))


SAME = {
    "case": ("Too slow", "too SLOW"),
    "punctuation": ("Too slow: keys expire.", "too slow, keys expire!!"),
    "spacing": ("too  slow\n", "tooslow"),
    "fullwidth": ("ｔｏｏ slow", "too slow"),
    "zero-width": ("too\u200b slow", "too slow"),
    "sharp-s": ("Straße zu", "STRASSE ZU"),
    "ligature": ("ﬁne", "fine"),
    "composed": ("caf\u00e9", "cafe\u0301"),
    "nothing": ("—", "..."),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_one_reason_in_two_dresses_is_the_same(one, other):
    assert same_reason(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("too slow", "too late"), ("takes 15 min", "takes 45 min"), ("café", "cafe"), ("a", "")],
)
def test_two_reasons_are_not_the_same(one, other):
    assert not same_reason(one, other)


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    assert normalise_reason(normalise_reason(text)) == normalise_reason(text)


@pytest.mark.parametrize(
    "text", ["a", "7", "é", "鍵", "👍", "+", "\x1b[31mx\x1b[0m", "⟦masked: secret⟧"]
)
def test_what_can_be_seen_is_content(text):
    assert has_content(text)


@pytest.mark.parametrize(
    "text", ["", " \n\t", "...", "\x1b[31m\x1b[0m", "\u200b\ufeff", "\x00\x07", "\u3164", "\u2800"]
)
def test_what_cannot_be_seen_is_no_content(text):
    assert not has_content(text)


LINES = {
    "windows": ("a\r\nb", "a\nb"),
    "pseudo-terminal": ("a\r\r\nb", "a\nb"),
    "separators": ("a\u2028b\u2029c\u0085d", "a\nb\nc\nd"),
    "progress": ("1%\r2%", "1%\r2%"),
    "null": ("a\x00b\r\x00\n", "ab\n"),
    "lone-surrogates": ("a\ud800b\udc00", "ab"),
    "paired-surrogates": ("\ud83d\ude00", "😀"),
}


@pytest.mark.parametrize(("text", "cleaned"), LINES.values(), ids=LINES)
def test_lines_are_cleaned(text, cleaned):
    assert clean_lines(text) == cleaned


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\r\n\x00\ud800\udfff"))))
def test_a_cleaned_text_can_be_stored_and_stays_as_it_is(text):
    cleaned = clean_lines(text)
    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean_lines(cleaned) == cleaned

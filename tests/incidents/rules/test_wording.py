from datetime import timedelta

import pytest

from incidents.rules.wording import duration, listed, quoted


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=1), "1 minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=60, seconds=1), "61 minutes"),
        (timedelta(hours=2), "120 minutes"),
        (timedelta(hours=2, minutes=1), "2 hours 1 minute"),
        (timedelta(hours=72), "72 hours"),
        (timedelta(days=4), "96 hours"),
        (timedelta(days=4, seconds=1), "5 days"),
    ],
)
def test_a_duration_is_rounded_up(length, words):
    assert duration(length) == words


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")],
)
def test_a_list_in_words(words, expected):
    assert listed(words, "or") == expected


def test_a_long_text_is_quoted_on_one_short_line():
    assert quoted("none\n at  all") == "“none at all”"
    assert quoted("x" * 50) == f"“{'x' * 39}…”"

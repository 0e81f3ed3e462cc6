"""A run beside its baseline: which lines differ, and what is left out."""

import pytest

from incidents.panels.run_comparison import LINES, Compared, compare

SAME = ("eu 0.3 %\nus 0.2 %\n", "eu 0.3 %\nus 0.2 %")


def marked(found: Compared) -> tuple[list[str], list[str]]:
    return (
        [line.text for line in found.before if line.changed],
        [line.text for line in found.after if line.changed],
    )


CASES: dict[str, tuple[str, str, list[str], list[str]]] = {
    "the same": (*SAME, [], []),
    "one line differs": ("eu 0.3\nus 0.2", "eu 18\nus 0.2", ["eu 0.3"], ["eu 18"]),
    "one line more": ("a\nb", "a\nx\nb", [], ["x"]),
    "one line less": ("a\nx\nb", "a\nb", ["x"], []),
    "nothing alike": ("a\nb", "c\nd", ["a", "b"], ["c", "d"]),
    "no baseline output": ("", "a", [], ["a"]),
    "neither has any": ("", "", [], []),
    "other ends of lines": ("a\r\nb\r\n", "a\nb\n", [], []),
    "a space at the end": ("a ", "a", ["a "], ["a"]),
}


@pytest.mark.parametrize(("before", "after", "gone", "come"), CASES.values(), ids=CASES)
def test_the_lines_that_differ(before: str, after: str, gone: list[str], come: list[str]) -> None:
    found = compare(before, after)

    assert marked(found) == (gone, come)
    assert found.is_same == (not gone and not come)
    assert not found.is_cut


def test_all_lines_are_kept_in_their_order() -> None:
    found = compare("a\nb\nc", "b\nc\nd")

    assert [line.text for line in found.before] == ["a", "b", "c"]
    assert [line.text for line in found.after] == ["b", "c", "d"]


def test_a_line_cut_in_two_by_the_limit_is_left_out_and_said() -> None:
    found = compare("short\nlong line here", "short\nlong line, and more", max_characters=12)

    assert [line.text for line in found.before] == ["short"]
    assert (found.is_same, found.is_cut) == (True, True)


def test_one_line_longer_than_the_limit_is_shown_as_far_as_it_goes() -> None:
    found = compare("x" * 20, "x" * 20, max_characters=8)

    assert [line.text for line in found.after] == ["x" * 8]
    assert found.is_cut


def test_of_very_many_lines_the_first_are_compared() -> None:
    found = compare("a\n" * (LINES + 1), "a\n" * LINES, max_characters=10_000)

    assert (len(found.before), len(found.after)) == (LINES, LINES)
    assert found.is_cut

"""Of a long output its head and its tail are kept, in whole lines."""

import pytest
from warroom_cli.output import MAX_TEXT_BYTES, Recorder
from warroom_cli.printing import outline, plain


@pytest.mark.parametrize("chunk_size", [1, 7, 65536])
def test_a_short_output_is_kept_whole(chunk_size: int) -> None:
    recorder = Recorder()
    content = "naïve\r\nlines\n".encode() * 10
    for start in range(0, len(content), chunk_size):
        recorder.hear(content[start : start + chunk_size])

    assert recorder.text() == "naïve\nlines\n" * 10


@pytest.mark.parametrize("total", [MAX_TEXT_BYTES - 70_000, MAX_TEXT_BYTES, 5 * MAX_TEXT_BYTES])
@pytest.mark.parametrize("size", [1000, MAX_TEXT_BYTES])
def test_it_says_how_much_is_left_out(total: int, size: int) -> None:
    recorder = Recorder()
    line = b"%07d 012345678901234567890123456789012345678901234567890123\n"
    lines = total // 63
    for number in range(lines):
        recorder.hear(line % number)
    text = recorder.text(size)
    kept = [row for row in text.splitlines() if row[:7].isdecimal()]
    middle = [row for row in text.splitlines() if "left out" in row]

    assert len(text.encode()) <= max(size + 200, 1200)
    assert all(len(row) == 62 for row in kept)
    if middle:
        left_out = int(middle[0].split(" left out ")[1].split(" of ")[0].replace(",", ""))
        # The line end before the cut counts as left out.
        assert left_out + 63 * len(kept) - 1 == recorder.total
        assert (kept[0][:7], kept[-1][:7]) == ("0000000", f"{lines - 1:07}")
    else:
        assert len(kept) == lines


def test_one_line_without_end_is_cut_too() -> None:
    recorder = Recorder()
    for _ in range(40):
        recorder.hear(b"x" * 65536)

    assert 900_000 < len(recorder.text()) <= MAX_TEXT_BYTES


def test_a_terminal_is_told_nothing_by_what_others_wrote() -> None:
    text = "a\x1b[31mred\x1b[0m\x1b]0;title\x07b\x9b1mc\u202ed\re\tf\n"

    assert plain(text) == "aredb1mcde\tf\n"


def test_an_answer_is_an_outline() -> None:
    answer = {"lane": "mitigation", "notes": [{"by": "Ada", "text": "a\nb"}], "none": []}

    assert outline(answer).splitlines() == [
        "lane: mitigation",
        "notes:",
        "  - by: Ada",
        "    text:",
        "      a",
        "      b",
    ]

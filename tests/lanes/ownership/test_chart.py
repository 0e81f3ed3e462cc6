"""The picture of lanes over time, as tables: what stands where, what is left out."""

from datetime import UTC, datetime, timedelta

import pytest

from lanes.ownership.chart import (
    MAX_LINES,
    Event,
    Row,
    Story,
    Tenure,
    elapsed_label,
    fitting_name,
    gaps,
    scale,
    tall,
    wide,
)

AT = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
COMMAND = Row("command", "Command", "Cmd", "mark-decision", "is-command")
LANE = Row("mitigation", "Mitigation", "Mitig.", "lane-mitigation", "is-mitigation")
DEPUTY = Row("deputy", "Deputy", "Dep.", "i-person", "is-command", needed=False)


def m(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


def tenure(
    since: int, until: int | None = None, who: str = "Jonas", row: str = "mitigation"
) -> Tenure:
    return Tenure(row, who, m(since), None if until is None else m(until))


def story(*spans: Tenure, events: tuple[Event, ...] = (), rows=(LANE,), end: int = 100) -> Story:
    return Story(AT, m(end), rows, spans, events)


GAPS = {
    "never owned": ([], [(0, 100)]),
    "owned from the start": ([tenure(0)], []),
    "late": ([tenure(10)], [(0, 10)]),
    "between two": ([tenure(0, 20), tenure(30)], [(20, 30)]),
    "handed over at once": ([tenure(0, 20), tenure(20)], []),
    "taken away": ([tenure(0, 20)], [(20, 100)]),
    "told in any order": ([tenure(30), tenure(0, 20)], [(20, 30)]),
    "one within another": ([tenure(0, 90), tenure(10, 20)], [(90, 100)]),
    "after the end": ([tenure(120)], [(0, 100)]),
}


@pytest.mark.parametrize(("spans", "expected"), GAPS.values(), ids=GAPS)
def test_gaps(spans, expected):
    found = gaps(story(*spans))

    assert [(gap.since, gap.until) for gap in found] == [(m(a), m(b)) for a, b in expected]


def test_nobody_needs_a_deputy():
    assert gaps(story(rows=(DEPUTY,))) == ()
    assert [gap.row for gap in gaps(story(rows=(COMMAND, DEPUTY, LANE)))] == [
        "command",
        "mitigation",
    ]


@pytest.mark.parametrize(
    ("minutes", "lines", "last"),
    [
        (0, 1, 0),
        (1, 2, 1),
        (8, 9, 8),
        (9, 2, 5),
        (94, 7, 90),
        (240, 9, 240),
        (26 * 60, 7, 24 * 60),
        (90 * 1440, 4, 84 * 1440),
        (9000 * 1440, 6, 8960 * 1440),
    ],
)
def test_lines_of_time(minutes, lines, last):
    found = scale(timedelta(minutes=minutes))

    assert (len(found), found[-1]) == (lines, timedelta(minutes=last))
    assert len(found) <= MAX_LINES + 1


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "T+0"), (75, "T+75"), (179, "T+179"), (180, "T+3h"), (2879, "T+47h"), (4320, "T+3d")],
)
def test_a_line_says_its_time(minutes, words):
    assert elapsed_label(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("width", "words"), [(80, "Jonas Weber"), (76, "Jonas"), (35, "Jonas"), (34, "")]
)
def test_as_much_of_a_name_as_fits(width, words):
    assert fitting_name("Jonas Weber", width) == words


def test_wide_bars_stand_one_after_the_other_across_the_whole_width():
    drawing = wide(story(tenure(0, 50, "Jonas Weber"), tenure(50, who="Ken Ito")))

    first, second = drawing.bars
    assert (first.x, first.x + first.width) == (136, second.x)
    assert second.x + second.width == 1072
    assert (first.title, first.css) == ("Mitigation: Jonas Weber", "held held-mitigation")
    assert {"Jonas Weber", "Ken Ito"} <= {text.words for text in drawing.texts}
    assert drawing.gaps == ()


def test_a_gap_is_drawn_and_named():
    drawing = wide(story(tenure(50)))

    (gap,) = drawing.gaps
    assert (gap.x, gap.width, gap.title) == (136, 468, "Mitigation: no owner")
    assert "No owner" in {text.words for text in drawing.texts}


def test_tall_bars_run_downwards_in_a_column_for_each_row():
    drawing = tall(story(tenure(0, 50), tenure(50), tenure(0, row="command"), rows=(COMMAND, LANE)))

    command, first, second = drawing.bars
    assert command.height == 560
    assert first.x == second.x > command.x
    assert (first.y, first.y + first.height) == (60, second.y)


def marks(*minutes: int) -> tuple[Event, ...]:
    return tuple(
        Event("mitigation", "mark-executed", f"D-{n} done", m(at), "event-good")
        for n, at in enumerate(minutes, 1)
    )


@pytest.mark.parametrize(
    ("minutes", "labelled"),
    [
        pytest.param((10, 60), ["D-1 done", "D-2 done"], id="apart"),
        pytest.param((10, 12), ["D-2 done"], id="the next mark is near"),
        pytest.param((12, 10), ["D-1 done"], id="told in any order"),
        pytest.param((99,), [], id="the drawing ends"),
        pytest.param((101,), [], id="after the end"),
    ],
)
def test_a_mark_has_its_word_where_there_is_room(minutes, labelled):
    drawing = wide(story(tenure(0), events=marks(*minutes)))

    words = [text.words for text in drawing.texts if text.words.startswith("D-")]
    assert words == labelled
    shown = [mark for mark in drawing.marks if mark.css == "event event-good"]
    assert len(shown) == sum(at <= 100 for at in minutes)
    assert all(mark.title for mark in shown)


def test_on_a_phone_a_mark_has_its_number_alone():
    drawing = tall(story(tenure(0), events=marks(10, 11, 60)))

    words = [text.words for text in drawing.texts if text.words.startswith("D-")]
    assert words == ["D-1", "D-3"]


@pytest.mark.parametrize("draw", [wide, tall], ids=["wide", "tall"])
@pytest.mark.parametrize("end", [0, 1, 94, 20_000])
def test_all_of_it_lies_within_its_box(draw, end):
    spans = [tenure(n, n + 1) for n in range(0, end, max(end // 40, 1))][:40]
    drawing = draw(story(*spans, events=marks(0, end), rows=(COMMAND, DEPUTY, LANE), end=end))

    for box in (*drawing.bars, *drawing.gaps):
        assert box.x >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height
    for text in drawing.texts:
        assert 0 <= text.x <= drawing.width
        assert 0 < text.y <= drawing.height

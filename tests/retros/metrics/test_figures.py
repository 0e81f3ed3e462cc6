"""What the numbers mean, against cases counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from retros.metrics.charts import chart, format_value
from retros.metrics.rules import (
    METRICS,
    Figure,
    Group,
    IncidentTimes,
    Share,
    figures,
    months,
    whole,
)

AT = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
BY_KEY = {metric.key: metric for metric in METRICS}


def lived(number: int = 1, at: datetime = AT, **minutes: float) -> IncidentTimes:
    """Each moment so many minutes after declaring; ``began`` so many before."""
    moments = {f"{name}_at": at + timedelta(minutes=after) for name, after in minutes.items()}
    return IncidentTimes(number, "Tokens refused", "1", ("Sign-in",), at, **moments)


@pytest.mark.parametrize(
    ("key", "times", "value"),
    [
        ("declare", lived(began=-12), 12),
        ("declare", lived(), None),
        ("detect", lived(stated_began=-30, detected=-18), 12),
        ("detect", lived(detected=-18), None),
        ("control", lived(controlled=3), 3),
        ("control", lived(controlled=-2), 0),
        ("decision", lived(decided=18), 18),
        ("decision", lived(), None),
        ("mitigate", lived(mitigated=22.5), 22.5),
        ("recover", lived(recovered=49), 49),
        ("recover", lived(mitigated=22), None),
        ("close", lived(closed=94), 94),
    ],
)
def test_each_time_is_measured_as_its_words_say(
    key: str, times: IncidentTimes, value: float | None
) -> None:
    assert whole(BY_KEY[key], [times]).value == value


@pytest.mark.parametrize(
    ("minutes", "middle", "high"),
    [
        ([5], 5, 5),
        ([5, 7], 6, 7),
        ([1, 2, 600], 2, 600),
        (list(range(1, 11)), 5.5, 9),
        (list(range(1, 101)), 50.5, 90),
    ],
)
def test_medians_and_what_nine_of_ten_stay_within(
    minutes: list[float], middle: float, high: float
) -> None:
    figure = whole(BY_KEY["decision"], [lived(decided=minute) for minute in minutes])

    assert (figure.value, figure.high, figure.cases) == (middle, high, len(minutes))
    assert figure.is_few == (len(minutes) < 5)


def test_shares_are_of_all_cases_and_not_of_incidents() -> None:
    """One with ten checkpoints counts ten times."""
    rows = [
        IncidentTimes(1, "", "1", (), AT, checkpoints=Share(9, 10)),
        IncidentTimes(2, "", "1", (), AT, checkpoints=Share(0, 1)),
        IncidentTimes(3, "", "1", (), AT),
    ]

    figure = whole(BY_KEY["checkpoints"], rows)

    assert (figure.kept, figure.cases, round(figure.value or 0, 1)) == (9, 11, 81.8)
    assert whole(BY_KEY["checkpoints"], rows[2:]).value is None


def test_each_handoff_is_a_case() -> None:
    rows = [
        IncidentTimes(1, "", "1", (), AT, handoffs=(1.0, 3.0)),
        IncidentTimes(2, "", "1", (), AT),
    ]

    figure = whole(BY_KEY["handoffs"], rows)

    assert (figure.value, figure.cases) == (2.0, 2)


def test_a_month_is_that_of_declaring_in_utc() -> None:
    assert lived().month == date(2026, 3, 1)
    assert lived(at=AT + timedelta(minutes=1)).month == date(2026, 4, 1)


def test_months_without_an_incident_stand_too() -> None:
    groups = months(date(2025, 11, 1), date(2026, 2, 1))

    assert [group.key for group in groups] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert [group.short for group in groups] == ["Nov", "Dec", "Jan", "Feb"]


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (None, "–"),
        (0.4, "0 min"),
        (119.4, "119 min"),
        (120, "2 h"),
        (310, "5 h 10 min"),
        (2880, "2 d"),
        (2945, "2 d 1 h"),
    ],
)
def test_times_are_said_in_words(minutes: float | None, text: str) -> None:
    assert format_value(BY_KEY["close"], minutes) == text


def drawn(key: str, values: list[float | None], *, over_time: bool = True) -> object:
    metric = BY_KEY[key]
    each = [
        Figure(Group(str(turn), f"Month {turn}", f"M{turn}"), 1 if value is not None else 0, value)
        for turn, value in enumerate(values)
    ]
    return chart(metric, each, Figure(Group("", "", ""), 1, values[0]), over_time=over_time)


def test_a_line_breaks_where_a_month_has_no_case() -> None:
    line = drawn("decision", [10.0, 20.0, None, 5.0])

    assert line.path.count("M") == 2
    assert line.path.count("L") == 1
    assert [point.known for point in line.points] == [True, True, False, True]
    assert [point.value for point in line.points] == ["10", "", "", "5"]
    assert line.points[1].y == 22.0
    assert not line.columns


def test_shares_are_bars_of_a_hundred() -> None:
    bars = drawn("checkpoints", [100.0, 50.0, None])

    assert [bar.height for bar in bars.columns] == [82.0, 41.0, 0.0]
    assert [bar.rest for bar in bars.columns] == [0.0, 41.0, 0.0]
    assert not bars.points


def test_without_a_case_nothing_is_drawn_and_the_words_say_so() -> None:
    metric = BY_KEY["decision"]
    empty = chart(
        metric, figures(metric, months(AT.date(), AT.date()), {}), whole(metric, []), over_time=True
    )

    assert (empty.figure, empty.about, empty.path) == ("–", "No case in this period", "")


def test_many_months_are_named_now_and_then() -> None:
    line = drawn("decision", [float(turn) for turn in range(60)])

    assert sum(bool(point.label) for point in line.points) == 12
    assert [group.short for group in months(date(2025, 3, 1), date(2026, 3, 1))][-1] == "Mar 26"

"""The charts' positions: lines for medians over months, bars for everything else. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from retros.metrics.rules import Figure, Metric

WIDTH, HEIGHT, GROUND, TOP = 320, 132, 104.0, 22.0
LABELS = 12
"""At most so many names under the axis: more cannot be read apart."""
LETTERS = 36
"""And at most so many letters of them."""


@dataclass(frozen=True, slots=True)
class Point:
    """``label`` stands under the axis, ``value`` over the point; either may be empty. A month that
    is not ``known`` has no point."""

    x: float
    y: float
    label: str
    value: str
    known: bool = True
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A bar; the rest of its full height, where there is one, is what was not kept."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: str
    middle: float
    rest: float = 0.0


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    figure: str
    about: str
    words: str
    points: tuple[Point, ...] = ()
    path: str = ""
    columns: tuple[Column, ...] = ()


def chart(metric: Metric, figures: Sequence[Figure], whole: Figure, *, over_time: bool) -> Chart:
    """``whole`` is the figure of all; ``over_time``: the groups are months in their order."""
    known = [one for one in figures if one.value is not None]
    head = shown(metric, whole.value)
    about = _cases(metric, whole) if whole.cases else "No case in this period"
    words = f"{metric.title}, {metric.unit}: " + "; ".join(
        f"{one.group.label} {shown(metric, one.value)}" for one in known
    )
    if over_time and not metric.is_share:
        points = _points(metric, figures)
        return Chart(metric.title, head, about, words, points, _path(points))
    return Chart(metric.title, head, about, words, columns=_columns(metric, figures))


def shown(metric: Metric, value: float | None) -> str:
    """``18 min``, ``5 h 10 min``, ``3 d 2 h``, ``92 %``."""
    if value is None:
        return "–"
    if metric.is_share:
        return f"{value:.0f} %"
    minutes = round(value)
    if minutes < 120:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def _cases(metric: Metric, one: Figure) -> str:
    if metric.is_share:
        return f"{one.kept} of {one.cases}"
    if one.cases == 1:
        return "One case"
    few = "only " if one.is_few else ""
    return f"Median of {few}{one.cases}"


def _places(number: int) -> list[float]:
    step = WIDTH / max(number, 1)
    return [round(step * (turn + 0.5), 1) for turn in range(number)]


def _label(turn: int, figures: Sequence[Figure]) -> str:
    longest = max(len(one.group.short) for one in figures)
    most = max(1, min(LABELS, LETTERS // max(longest, 1)))
    return figures[turn].group.short if turn % -(-len(figures) // most) == 0 else ""


def _height(value: float, most: float) -> float:
    return round(GROUND - (GROUND - TOP) * (value / most if most else 0), 1)


def _most(metric: Metric, figures: Sequence[Figure]) -> float:
    return 100.0 if metric.is_share else max((one.value or 0 for one in figures), default=0)


def _points(metric: Metric, figures: Sequence[Figure]) -> tuple[Point, ...]:
    most, places = _most(metric, figures), _places(len(figures))
    known = [turn for turn, one in enumerate(figures) if one.value is not None]
    ends = {known[0], known[-1]} if known else set()
    return tuple(
        Point(
            x=places[turn],
            y=_height(one.value or 0, most) if one.value is not None else GROUND,
            label=_label(turn, figures),
            value=_short(one.value) if turn in ends else "",
            known=one.value is not None,
            is_last=bool(known) and turn == known[-1],
        )
        for turn, one in enumerate(figures)
    )


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _path(points: Sequence[Point]) -> str:
    """A line through what is known; it breaks where a month has no case."""
    parts, goes_on = [], False
    for point in points:
        if point.known:
            parts.append(f"{'L' if goes_on else 'M'}{point.x} {point.y}")
        goes_on = point.known
    return "".join(parts)


def _columns(metric: Metric, figures: Sequence[Figure]) -> tuple[Column, ...]:
    most, places = _most(metric, figures), _places(len(figures))
    width = round(min(34.0, WIDTH / max(len(figures), 1) * 0.7), 1)
    few = len(figures) <= LABELS
    found = []
    for turn, one in enumerate(figures):
        y = _height(one.value or 0, most)
        found.append(
            Column(
                x=round(places[turn] - width / 2, 1),
                y=y,
                width=width,
                height=round(GROUND - y, 1),
                label=_label(turn, figures),
                value=_short(one.value) if few else "",
                middle=places[turn],
                rest=round(y - TOP, 1) if metric.is_share and one.value is not None else 0.0,
            )
        )
    return tuple(found)

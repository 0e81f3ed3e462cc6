"""Positions in the charts: lines for medians over months, bars for everything else. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from retros.metrics.rules import Figure, Metric

WIDTH, HEIGHT, GROUND, TOP = 320, 132, 104.0, 22.0
MAX_LABELS = 12
"""Under the axis; more of them cannot be read."""
MAX_LABEL_CHARACTERS = 36
"""Of all labels under the axis together."""


@dataclass(frozen=True, slots=True)
class Point:
    """``label`` is under the axis, ``value`` over the point; either may be empty. A month that is
    not ``known`` has no point."""

    x: float
    y: float
    label: str
    value: str
    known: bool = True
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A bar; ``rest`` is the height above it up to the full one: what was not kept."""

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
    description: str
    points: tuple[Point, ...] = ()
    path: str = ""
    columns: tuple[Column, ...] = ()


def chart(metric: Metric, figures: Sequence[Figure], whole: Figure, *, over_time: bool) -> Chart:
    """``whole`` is the figure of all groups; ``over_time``: the groups are months in order."""
    known = [figure for figure in figures if figure.value is not None]
    head = format_value(metric, whole.value)
    about = _case_count(metric, whole) if whole.cases else "No case in this period"
    description = f"{metric.title}, {metric.unit}: " + "; ".join(
        f"{figure.group.label} {format_value(metric, figure.value)}" for figure in known
    )
    if over_time and not metric.is_share:
        points = _points(metric, figures)
        return Chart(metric.title, head, about, description, points, _path(points))
    return Chart(metric.title, head, about, description, columns=_columns(metric, figures))


def format_value(metric: Metric, value: float | None) -> str:
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


def _case_count(metric: Metric, figure: Figure) -> str:
    if metric.is_share:
        return f"{figure.kept} of {figure.cases}"
    if figure.cases == 1:
        return "One case"
    few = "only " if figure.is_few else ""
    return f"Median of {few}{figure.cases}"


def _places(number: int) -> list[float]:
    step = WIDTH / max(number, 1)
    return [round(step * (index + 0.5), 1) for index in range(number)]


def _label(index: int, figures: Sequence[Figure]) -> str:
    widest = max(len(figure.group.short) for figure in figures)
    count = max(1, min(MAX_LABELS, MAX_LABEL_CHARACTERS // max(widest, 1)))
    return figures[index].group.short if index % -(-len(figures) // count) == 0 else ""


def _height(value: float, top: float) -> float:
    return round(GROUND - (GROUND - TOP) * (value / top if top else 0), 1)


def _top_value(metric: Metric, figures: Sequence[Figure]) -> float:
    return 100.0 if metric.is_share else max((figure.value or 0 for figure in figures), default=0)


def _points(metric: Metric, figures: Sequence[Figure]) -> tuple[Point, ...]:
    top, places = _top_value(metric, figures), _places(len(figures))
    known = [index for index, figure in enumerate(figures) if figure.value is not None]
    ends = {known[0], known[-1]} if known else set()
    return tuple(
        Point(
            x=places[index],
            y=_height(figure.value or 0, top) if figure.value is not None else GROUND,
            label=_label(index, figures),
            value=_short(figure.value) if index in ends else "",
            known=figure.value is not None,
            is_last=bool(known) and index == known[-1],
        )
        for index, figure in enumerate(figures)
    )


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _path(points: Sequence[Point]) -> str:
    """A line through the known points; it breaks where a month has no case."""
    parts, goes_on = [], False
    for point in points:
        if point.known:
            parts.append(f"{'L' if goes_on else 'M'}{point.x} {point.y}")
        goes_on = point.known
    return "".join(parts)


def _columns(metric: Metric, figures: Sequence[Figure]) -> tuple[Column, ...]:
    top, places = _top_value(metric, figures), _places(len(figures))
    width = round(min(34.0, WIDTH / max(len(figures), 1) * 0.7), 1)
    few = len(figures) <= MAX_LABELS
    columns = []
    for index, figure in enumerate(figures):
        y = _height(figure.value or 0, top)
        columns.append(
            Column(
                x=round(places[index] - width / 2, 1),
                y=y,
                width=width,
                height=round(GROUND - y, 1),
                label=_label(index, figures),
                value=_short(figure.value) if few else "",
                middle=places[index],
                rest=round(y - TOP, 1) if metric.is_share and figure.value is not None else 0.0,
            )
        )
    return tuple(columns)

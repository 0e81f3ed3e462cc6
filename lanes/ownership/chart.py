"""Who held which role when, as positions to draw: pure, without page, permissions or clock.

There are two drawings: a wide one with time running to the right, and a tall one with time running
downwards, for phones. Lengths are units of the drawing's own box.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_LINES = 8
"""At most so many time lines in a drawing: more are too close to read."""
LETTER_WIDTH = 7.0
"""Approximate width of one letter."""

_MINUTES = (1, 5, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10080, 40320)
STEPS = tuple(timedelta(minutes=m) for m in _MINUTES)


@dataclass(frozen=True, slots=True)
class Row:
    """A role to draw: command, the deputy, a lane. ``needed``: times without a holder are gaps."""

    key: str
    label: str
    short: str
    icon: str
    css: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Tenure:
    """``who`` held the role of ``row`` from ``since`` on; ``until`` is none while that lasts."""

    row: str
    who: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a row: a handoff, a decision, an execution, a failure."""

    row: str
    icon: str
    label: str
    at: datetime
    css: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What to draw, from ``start`` to ``end``."""

    start: datetime
    end: datetime
    rows: tuple[Row, ...]
    tenures: tuple[Tenure, ...]
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """The field names are keys of sealed closure packages: they do not change."""

    x: float
    y: float
    words: str
    css: str = ""
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    css: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """``x`` and ``y`` are the icon's corner, ``size`` its side."""

    icon: str
    x: float
    y: float
    size: int
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    lines: tuple[Line, ...]
    gaps: tuple[Bar, ...]
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    texts: tuple[Text, ...]


def gaps(story: Story) -> tuple[Tenure, ...]:
    """The times when nobody held a role that needs a holder; ``who`` is empty."""
    return tuple(gap for row in story.rows if row.needed for gap in _gaps(story, row.key))


def _gaps(story: Story, row: str) -> Iterable[Tenure]:
    free = story.start
    for tenure in sorted((h for h in story.tenures if h.row == row), key=lambda h: h.since):
        if tenure.since > free:
            yield Tenure(row, "", free, min(tenure.since, story.end))
        free = max(free, tenure.until or story.end)
    if free < story.end:
        yield Tenure(row, "", free, story.end)


def scale(length: timedelta) -> tuple[timedelta, ...]:
    """The offsets of the time lines from the start, beginning at 0."""
    step = next((s for s in STEPS if length <= s * MAX_LINES), STEPS[-1])
    while step * MAX_LINES < length:
        step *= 2
    return tuple(step * n for n in range(length // step + 1))


def elapsed_label(length: timedelta) -> str:
    """Time since the start in short form: "T+75", "T+6h", "T+3d"."""
    minutes = length // timedelta(minutes=1)
    if minutes < 180:
        return f"T+{minutes}"
    return f"T+{minutes // 60}h" if minutes < 2880 else f"T+{minutes // 1440}d"


def fitting_name(who: str, width: float) -> str:
    """The longest form of a name that fits: all of it, its first word, or nothing."""
    for candidate in (who, who.split(" ", 1)[0]):
        if len(candidate) * LETTER_WIDTH <= width:
            return candidate
    return ""


class _Along:
    """Maps times to positions, clamped to the drawing."""

    def __init__(self, story: Story, first: float, last: float) -> None:
        self._start, self._first, self._last = story.start, first, last
        self._length = max(story.end - story.start, timedelta(minutes=1))

    def __call__(self, at: datetime) -> float:
        part = min(max((at - self._start) / self._length, 0.0), 1.0)
        return round(self._first + part * (self._last - self._first), 1)


_LEFT, _RIGHT, _TOP, _ROW = 136.0, 1072.0, 28, 56


def wide(story: Story) -> Drawing:
    """1080 units wide, one row per role, time to the right."""
    x = _Along(story, _LEFT, _RIGHT)
    bottom = _TOP + len(story.rows) * _ROW
    lines, texts = [], []
    for since in scale(story.end - story.start):
        at = x(story.start + since)
        lines.append(Line(f"M{at} {_TOP}V{bottom}", "grid" if since else "hour"))
        texts.append(Text(at, _TOP - 10, elapsed_label(since), "", "middle"))
    bars, empty, marks = [], [], []
    for number, row in enumerate(story.rows):
        top = _TOP + number * _ROW
        lines.append(Line(f"M0 {top + _ROW}H1080", "grid"))
        marks.append(Mark(row.icon, 4, top + 28, 16, row.css, ""))
        texts.append(Text(28, top + 41, row.label, "label"))
        for tenure in _tenures_and_gaps(story, row):
            at, end = x(tenure.since), x(tenure.until or story.end)
            box = (at, top + 27, round(max(end - at, 2), 1), 20)
            (bars if tenure.who else empty).append(_bar(box, row, tenure))
            name = fitting_name(tenure.who or "No owner", end - at - 12)
            texts.append(Text(round(at + 6, 1), top + 41, name, "owner" if tenure.who else "label"))
        placed = [(event, x(event.at)) for event in _events(story, row)]
        marks += [_mark(event, round(at - 8, 1), top + 5, 16) for event, at in placed]
        texts += _labels_beside(placed, top + 17)
    visible = tuple(text for text in texts if text.words)
    return Drawing(1080, bottom + 6, tuple(lines), tuple(empty), tuple(bars), tuple(marks), visible)


def _labels_beside(placed: Sequence[tuple[Event, float]], y: float) -> list[Text]:
    """Each mark's label to its right, where it fits before the next mark and the edge."""
    labels = []
    for number, (event, at) in enumerate(placed):
        start, width = at + 11, len(event.label) * LETTER_WIDTH
        stop = placed[number + 1][1] - 9 if number + 1 < len(placed) else 1080
        if start + width <= stop:
            labels.append(Text(round(start, 1), y, event.label))
    return labels


_HEAD, _LONG, _ACROSS, _SIDE = 60.0, 560.0, 314, 46


def tall(story: Story) -> Drawing:
    """360 units wide, one column per role, time downwards."""
    y = _Along(story, _HEAD, _HEAD + _LONG)
    column = _ACROSS / max(len(story.rows), 1)
    lines, texts = [], []
    for since in scale(story.end - story.start):
        at = y(story.start + since)
        lines.append(Line(f"M{_SIDE} {at}H360", "grid" if since else "hour"))
        texts.append(Text(0, round(at + 4, 1), elapsed_label(since)))
    bars, empty, marks = [], [], []
    for number, row in enumerate(story.rows):
        left = round(_SIDE + number * column, 1)
        middle = round(left + column / 2, 1)
        marks.append(Mark(row.icon, round(middle - 9, 1), 6, 18, row.css, row.label))
        texts.append(Text(middle, 44, row.short, "label", "middle"))
        for tenure in _tenures_and_gaps(story, row):
            at, end = y(tenure.since), y(tenure.until or story.end)
            width = 7 if tenure.who else round(column - 6, 1)
            box = (round(left + 3, 1), at, width, round(max(end - at, 2), 1))
            (bars if tenure.who else empty).append(_bar(box, row, tenure))
        free = 0.0
        for event in _events(story, row):
            at = y(event.at)
            marks.append(_mark(event, round(left + 12, 1), round(at - 7, 1), 14))
            if at >= free:
                word = event.label.split(" ", 1)[0]
                texts.append(Text(round(left + 27, 1), round(at + 4, 1), word))
                free = at + 14
    return Drawing(
        360,
        round(_HEAD + _LONG + 14),
        tuple(lines),
        tuple(empty),
        tuple(bars),
        tuple(marks),
        tuple(texts),
    )


def _tenures_and_gaps(story: Story, row: Row) -> list[Tenure]:
    """The tenures of a row, then its gaps."""
    tenures = [h for h in story.tenures if h.row == row.key and h.since <= story.end]
    return tenures + (list(_gaps(story, row.key)) if row.needed else [])


def _events(story: Story, row: Row) -> list[Event]:
    events = [e for e in story.events if e.row == row.key and e.at <= story.end]
    return sorted(events, key=lambda event: event.at)


def _bar(box: tuple[float, float, float, float], row: Row, tenure: Tenure) -> Bar:
    css = f"held held-{row.css.removeprefix('is-')}" if tenure.who else "spell"
    return Bar(*box, css, f"{row.label}: {tenure.who or 'no owner'}")


def _mark(event: Event, x: float, y: float, size: int) -> Mark:
    return Mark(event.icon, x, y, size, f"event {event.css}".strip(), event.label)

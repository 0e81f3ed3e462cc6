"""Template tags of the status page: the state of a surface, and its days as bars."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comms.status.pages import SHAPE
from comms.status.view_models import Day, ShownIncident, ShownSurface
from comms.vocabulary import SurfaceState
from incidents.templatetags.room import icon

register = template.Library()

_CUT = {SurfaceState.DEGRADED: 7, SurfaceState.PARTIAL: 11, SurfaceState.MAJOR: 15}
"""How deep a day's bar of 20 is cut: the deeper, the worse."""


@register.filter
def shape(state: str) -> str:
    """The symbol and class name of a state."""
    return SHAPE[SurfaceState(state)]


@register.simple_tag
def state_icon(state: str) -> SafeString:
    return SafeString(icon(f"surface-{shape(state)}"))


@register.simple_tag
def day_bars(days: Sequence[Day], last: int) -> SafeString:
    """The last days as bars of an SVG."""
    drawn = list(days)[-last:]
    bars = SafeString("".join(_bar(n, day) for n, day in enumerate(drawn)))
    return format_html(
        '<svg viewBox="0 0 {} 20" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        10 * len(drawn),
        bars,
    )


def _bar(place: int, day: Day) -> str:
    """Not escaped, since it holds only our own strings and numbers, hundreds of times."""
    x, cut = place * 10 + 0.75, _CUT.get(day.state, 0)
    if not cut:
        return f'<rect class="day-good" x="{x}" y="0" width="8.5" height="20"/>'
    tone = "day-bad" if day.state == SurfaceState.MAJOR else "day-part"
    return f'<rect class="{tone}" x="{x}" y="{cut}" width="8.5" height="{20 - cut}"/>'


@register.simple_tag
def trouble(days: Sequence[Day], last: int) -> str:
    count = sum(day.is_trouble for day in list(days)[-last:])
    if not count:
        return "no trouble"
    return f"{count} day{'' if count == 1 else 's'} with trouble"


@register.filter
def spans(surface: ShownSurface) -> str:
    """For scripts, which count its days in the reader's zone: state, start and end of each."""
    return ",".join(
        f"{span.state.value} {iso(span.start)} {iso(span.end) if span.end else ''}"
        for span in surface.spans
    )


@register.filter
def long_day(on: date) -> str:
    return f"{on:%a} {on.day} {on:%B}"


@register.filter
def iso(moment: datetime) -> str:
    """For scripts, which show it in the reader's zone."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@register.filter
def since_before(incident: ShownIncident, on: date) -> bool:
    """Whether it began before that day."""
    return bool(incident.since.date() < on)


@register.filter
def passed(due: datetime | None, at: datetime) -> bool:
    """Whether a promise was due by then."""
    return due is not None and due < at

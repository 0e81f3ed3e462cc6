"""The small words of every page: icons, times, states. A builtin, so templates need no load."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from incidents.models import Execution, Incident
from incidents.vocabulary import REACH_WORDS, ExecutionState, Severity
from kernel.refusal import Violation
from kernel.text import ansi_to_html

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, css: str = "icon") -> SafeString:
    """A symbol of ``icons.svg``; decoration only, so a word must stand beside it.

    A room has 300 of them, and finding the file's hashed name anew each time took 15 ms.
    """
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        css,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """A clock time. Rendered in UTC for every reader alike; the page shows it in their zone."""
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-clock>{} UTC</time>',
        utc.isoformat(timespec="seconds").replace("+00:00", "Z"),
        f"{utc:%H:%M}",
    )


@register.simple_tag
def day(at: datetime | None) -> SafeString | str:
    """A date with its clock time, for what may be days ago."""
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-clock="day">{} UTC</time>',
        utc.isoformat(timespec="seconds").replace("+00:00", "Z"),
        f"{utc:%d %b %Y, %H:%M}",
    )


@register.simple_tag
def tplus(at: datetime, incident: Incident) -> str:
    """``T+00:35``: hours and minutes since the incident was declared here."""
    return since(at, incident.clock_start)


def since(at: datetime, start: datetime) -> str:
    minutes = int((at - start).total_seconds() // 60)
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    return f"T{sign}{hours:02d}:{rest:02d}"


@register.simple_tag
def stood(at: datetime, incident: Incident) -> str:
    """The running clock as it stood: ``T+00:20:00``."""
    seconds = int((at - incident.clock_start).total_seconds())
    return f"T+{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@register.simple_tag
def left(due: datetime, at: datetime) -> str:
    """The countdown as it stood, in the words of the one that runs: ``22:00``, ``3 min late``."""
    seconds = int((due - at).total_seconds())
    if due <= at:
        late = (at - due) // timedelta(minutes=1)
        if late < 1:
            return "overdue"
        return f"{late} min late" if late < 90 else f"{late // 60} h late"
    hours, rest = divmod(seconds, 3600)
    minutes = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{minutes}" if hours else minutes


@register.simple_tag
def score(value: int) -> SafeString:
    """A score from 1 to 5 as bars and as a figure."""
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="0.75" width="8.5" height="8.5"/>',
        (("on" if n < value else "off", 0.75 + 11.5 * n) for n in range(5)),
    )
    return format_html(
        '<span class="score"><svg class="score-bars" viewBox="0 0 56 10" aria-hidden="true">'
        '{}</svg>{}<span class="visually-hidden"> of 5</span></span>',
        bars,
        value,
    )


@register.simple_tag
def severity_badge(value: str) -> SafeString:
    """SEV-n with its bars."""
    return format_html(
        '<span class="severity severity-{}">{}{}</span>',
        value,
        icon(f"sev-{value}"),
        Severity(value).label,
    )


@register.simple_tag
def reach(value: str) -> SafeString:
    """How far an option can be undone, as icon and word; nothing while it is not chosen."""
    if not value:
        return SafeString("")
    return format_html(
        '<span class="reach">{}{}</span>', icon(f"reach-{value}"), REACH_WORDS[value]
    )


_EXECUTION_MARKS = {
    ExecutionState.PENDING: ("is-wait", "i-pending"),
    ExecutionState.DECIDED: ("is-open", "i-ahead"),
    ExecutionState.STARTED: ("is-open", "mark-executed"),
    ExecutionState.DONE: ("is-open", "mark-executed"),
    ExecutionState.VERIFIED: ("is-met", "mark-verified"),
    ExecutionState.FAILED: ("is-unmet", "mark-failed"),
    ExecutionState.SUPERSEDED: ("is-ahead", "mark-refused"),
    ExecutionState.WITHDRAWN: ("is-ahead", "mark-refused"),
}
"""The class and the icon of each state."""


@register.simple_tag
def execution_state(execution: Execution) -> SafeString:
    """How far a decision is, as icon and word."""
    css, name = _EXECUTION_MARKS[ExecutionState(execution.state)]
    return format_html(
        '<span class="state state-chip {}">{}{}</span>',
        css,
        icon(name),
        execution.get_state_display(),
    )


@register.simple_tag
def compared_line(text: str, changed: bool) -> SafeString:
    """A line of a run beside its baseline, within ``<pre>``; one that differs is marked."""
    return format_html(
        '<span{}><span class="prompt">{} </span>{}\n</span>',
        mark_safe(' class="line-changed"') if changed else "",
        "≠" if changed else " ",
        ansi_to_html(text),
    )


@register.simple_tag
def author(row: object) -> SafeString:
    """Who wrote it; an agent is marked as one everywhere."""
    name = row.actor_name  # type: ignore[attr-defined]
    if not row.is_agent:  # type: ignore[attr-defined]
        via = getattr(row, "data", {}).get("via", "")
        person = format_html('<span class="person">{}</span>', name)
        return format_html("{} via {}", person, via) if via else person
    return format_html(
        '<span class="person person-agent">{}{} (agent)</span>', icon("i-agent"), name
    )


@register.filter
def ansi(text: str) -> SafeString:
    """Output with its ANSI colours as classes; HTML in it is only text."""
    return ansi_to_html(text)


@register.filter
def milliseconds(value: int | None) -> str:
    """A duration in milliseconds, in words."""
    if value is None:
        return ""
    if value < 1000:
        return f"{value} ms"
    if value < 60_000:
        return f"{value / 1000:.1f} s"
    return f"{value // 60_000} min {value // 1000 % 60} s"


@register.simple_tag
def refusal_lines(violations: Iterable[Violation], form: Any) -> list[tuple[str, Violation]]:
    """The list above a form: a line for each field and each rule that it breaks.

    With it the label of the field as a lead ("Impacted scope: "), where ``form`` has the field.
    """
    fields = getattr(form, "fields", {})
    first: dict[tuple[str, str], Violation] = {}
    for violation in violations:
        first.setdefault((violation.code or violation.sentence, violation.field), violation)
    return [
        (_lead(form[violation.field].label) if violation.field in fields else "", violation)
        for violation in first.values()
    ]


def _lead(label: object) -> str:
    text = str(label)
    return f"{text} " if text.endswith(("?", ":", ".")) else f"{text}: "


@register.simple_tag
def querystring_of(wanted: dict[str, str], before: int) -> str:
    """The address of the next older window under the same filter."""
    return "?" + urlencode({**{k: v for k, v in wanted.items() if v}, "before": before})


@register.simple_tag
def new_key() -> str:
    """The key of one submission: sent twice, it is done once."""
    return str(uuid4())

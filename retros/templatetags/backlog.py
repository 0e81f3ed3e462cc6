"""Tags for a backlog item: its due date against today, its state as a chip, its tracker's name."""

from datetime import date
from urllib.parse import unquote

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.rules.wording import counted
from incidents.templatetags.room import icon
from incidents.vocabulary import Status
from retros.models import BacklogItem
from retros.vocabulary import BacklogState

register = template.Library()

_CHIPS = {
    BacklogState.OPEN: ("is-ahead", "i-ahead"),
    BacklogState.STARTED: ("is-open", "i-ahead"),
    BacklogState.DONE: ("is-met", "i-met"),
    BacklogState.DROPPED: ("is-ahead", "i-unmet"),
}
_MAX_NAME_CHARACTERS = 40


@register.simple_tag
def due(item: BacklogItem, today: date) -> SafeString:
    """``10 May 2026, 2 days late``. Without a date an open item keeps its incident from closing."""
    if item.due_on is None:
        stops = item.is_open and item.incident.status == Status.ACTIVE
        text = "No date: stops closing" if stops else "No date"
        return format_html(
            '<span class="{}">{}</span>', "is-unmet" if item.is_open else "quiet", text
        )
    day_html = format_html(
        '<time class="due" datetime="{}">{}</time>',
        item.due_on.isoformat(),
        format_day(item.due_on),
    )
    near = _near(item, today)
    if not near:
        return day_html
    css = "is-late" if item.is_overdue(today) else "quiet"
    return format_html('{} <span class="{}">{}</span>', day_html, css, near)


def format_day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _near(item: BacklogItem, today: date) -> str:
    """How near the due date of an open item is, as text."""
    if item.due_on is None or not item.is_open:
        return ""
    away = (item.due_on - today).days
    if away < 0:
        return f"{counted(-away, 'day')} late"
    return {0: "today", 1: "tomorrow"}.get(away, "")


@register.simple_tag
def backlog_state(item: BacklogItem, today: date) -> SafeString:
    """The most important about it: that it is overdue, else what it lacks, else its state."""
    css, mark = _CHIPS[BacklogState(item.state)]
    label = BacklogState(item.state).label
    if item.is_overdue(today):
        css, mark, label = "is-late", "i-clock", "Overdue"
    elif item.is_open and item.owner_id is None:
        css, mark, label = "is-unmet", "i-unmet", "Needs an owner"
    elif item.is_open and item.due_on is None:
        css, mark, label = "is-unmet", "i-unmet", "Needs a date"
    return format_html('<span class="state state-chip {}">{}{}</span>', css, icon(mark), label)


@register.filter
def tracker_name(address: str) -> str:
    """The last part of the address, usually the name of the ticket."""
    path = address.split("?")[0].split("#")[0].rstrip("/")
    name = unquote(path.rsplit("/", 1)[-1])
    return name if len(name) <= _MAX_NAME_CHARACTERS else name[: _MAX_NAME_CHARACTERS - 1] + "…"

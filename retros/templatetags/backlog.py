"""How a backlog item shows: its day against today, its state as a chip, its tracker by name."""

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
_LONGEST = 40


@register.simple_tag
def due(item: BacklogItem, today: date) -> SafeString:
    """``10 May 2026, 2 days late``. Without a day an open item stops the closing that is ahead."""
    if item.due_on is None:
        stops = item.is_open and item.incident.status == Status.ACTIVE
        words = "No date: stops closing" if stops else "No date"
        return format_html(
            '<span class="{}">{}</span>', "is-unmet" if item.is_open else "quiet", words
        )
    shown = format_html(
        '<time class="due" datetime="{}">{}</time>', item.due_on.isoformat(), written(item.due_on)
    )
    near = _near(item, today)
    if not near:
        return shown
    css = "is-late" if item.is_overdue(today) else "quiet"
    return format_html('{} <span class="{}">{}</span>', shown, css, near)


def written(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _near(item: BacklogItem, today: date) -> str:
    """How near the day of an open item is, in words."""
    if item.due_on is None or not item.is_open:
        return ""
    away = (item.due_on - today).days
    if away < 0:
        return f"{counted(-away, 'day')} late"
    return {0: "today", 1: "tomorrow"}.get(away, "")


@register.simple_tag
def backlog_state(item: BacklogItem, today: date) -> SafeString:
    """What counts most of it: that it is late, or what it lacks, else how far it is."""
    css, mark = _CHIPS[BacklogState(item.state)]
    words = BacklogState(item.state).label
    if item.is_overdue(today):
        css, mark, words = "is-late", "i-clock", "Overdue"
    elif item.is_open and item.owner_id is None:
        css, mark, words = "is-unmet", "i-unmet", "Needs an owner"
    elif item.is_open and item.due_on is None:
        css, mark, words = "is-unmet", "i-unmet", "Needs a date"
    return format_html('<span class="state state-chip {}">{}{}</span>', css, icon(mark), words)


@register.filter
def tracker_name(address: str) -> str:
    """The last part of the address: what a tracker calls the ticket."""
    path = address.split("?")[0].split("#")[0].rstrip("/")
    name = unquote(path.rsplit("/", 1)[-1])
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"

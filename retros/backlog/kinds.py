"""The timeline entries of the hardening backlog."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.rules.wording import listed
from incidents.timeline.kinds import KINDS, Kind
from retros.backlog.reminder_rules import REMINDER_KINDS


def _item_html(data: Mapping[str, Any]) -> SafeString:
    """A hardening item at that time: title, owner, due date."""
    day = date.fromisoformat(data["due_on"]) if data["due_on"] else None
    due = f"due {day.day} {day:%b %Y}" if day else "no due date"
    return format_html("{}. {}, {}.", data["title"], data["owner"] or "No owner", due)


def _change_html(data: Mapping[str, Any]) -> SafeString:
    return _item_html(data) + format_html(" Changed: {}.", listed(data["changed"]))


for _kind in (
    Kind("backlog.noted", "Backlog", "Hardening item {subject}.", _item_html, icon="i-gate"),
    Kind("backlog.changed", "Backlog", "{subject} changed.", _change_html, icon="i-gate"),
    Kind("backlog.begun", "Backlog", "Work on {subject} has begun.", "{title}", icon="i-gate"),
    Kind("backlog.done", "Backlog", "{subject} is done.", "{title}", icon="i-met"),
    Kind("backlog.dropped", "Backlog", "{subject} dropped.", "{title}: {reason}", icon="i-gate"),
    Kind(
        "backlog.reopened",
        "Backlog",
        "{subject} is open again.",
        "{title}: {reason}",
        icon="i-gate",
    ),
    *(
        Kind(code, "Backlog", "{subject} {when}.", "{title}. {told} was reminded.", icon="i-clock")
        for code in REMINDER_KINDS
    ),
):
    KINDS.register(_kind)

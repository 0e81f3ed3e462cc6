"""The timeline entries that comms write."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.templatetags.room import moment
from incidents.timeline.kinds import KINDS, Kind

_PANELS = frozenset({"lanes", "warnings", "standing"})


def _at(data: Mapping[str, Any], name: str = "next_at") -> SafeString | str:
    return moment(datetime.fromisoformat(data[name]))


def _corrects(data: Mapping[str, Any]) -> SafeString:
    if not data["corrects"]:
        return SafeString("")
    return format_html(" Corrects {}: {}", data["corrects"].lower(), data["correction"])


def _update(data: Mapping[str, Any]) -> SafeString:
    html = format_html("{}. {}", data["progress"], data["impact"])
    if data["next_at"]:
        html += format_html(" Next update by {}.", _at(data))
    if data.get("no_names"):
        html += format_html(" {}", "Its author says that it names no person.")
    return html + _corrects(data)


def _escalation(data: Mapping[str, Any]) -> SafeString:
    html = format_html("[{}] {}. Asks: {}", data["severity"], data["summary"], data["ask"])
    html += format_html(" Next update by {}, {}.", _at(data), data["owner"])
    return html + _corrects(data)


def _note(data: Mapping[str, Any]) -> SafeString:
    html = format_html("{} Confidence {}.", data["happened"], data["confidence"])
    html += format_html(" Needs: {}", data["need"])
    return html + _corrects(data)


def _promised(data: Mapping[str, Any]) -> SafeString:
    return format_html("Promised for {}. {} reminded.", _at(data), data["told"])


def _lapsed(data: Mapping[str, Any]) -> SafeString:
    template = "Promised for {}, and nothing came within 5 minutes. {} told; it is to be explained."
    return format_html(template, _at(data), data["told"])


def _awaited(data: Mapping[str, Any]) -> SafeString:
    return format_html("Due by {}. {} reminded.", _at(data), data["told"])


def _missed(data: Mapping[str, Any]) -> SafeString:
    template = "It was due by {}, and nothing came within 5 minutes. {} told."
    return format_html(template, _at(data), data["told"])


for _kind in (
    Kind(
        "update.published",
        "Updates",
        "{subject} published.",
        _update,
        icon="mark-update",
        css="entry-update",
        panels=_PANELS,
        announce="politely",
        tick="strong",
    ),
    Kind(
        "escalation.published",
        "Updates",
        "{subject} sent.",
        _escalation,
        icon="i-mail",
        css="entry-update",
        panels=_PANELS,
        announce="politely",
    ),
    Kind(
        "leadership.published",
        "Updates",
        "{subject} sent.",
        _note,
        icon="i-mail",
        css="entry-update",
        panels=_PANELS,
        announce="politely",
    ),
    Kind(
        "commitment.soon",
        "Updates",
        "The next update is due in 5 minutes.",
        _promised,
        icon="i-clock",
        panels=_PANELS,
    ),
    Kind(
        "commitment.due",
        "Updates",
        "The next update is due now.",
        _promised,
        icon="i-clock",
        panels=_PANELS,
        announce="politely",
    ),
    Kind(
        "commitment.lapsed",
        "Updates",
        "The promised update did not come.",
        _lapsed,
        icon="mark-failed",
        css="entry-failed",
        panels=_PANELS,
        announce="now",
        tick="bad",
    ),
    Kind(
        "update.first_soon",
        "Updates",
        "The first update is due in 5 minutes.",
        _awaited,
        icon="i-clock",
        panels=_PANELS,
    ),
    Kind(
        "update.first_due",
        "Updates",
        "The first update is due now.",
        _awaited,
        icon="i-clock",
        panels=_PANELS,
        announce="politely",
    ),
    Kind(
        "update.first_missed",
        "Updates",
        "The first update did not come.",
        _missed,
        icon="mark-failed",
        css="entry-failed",
        panels=_PANELS,
        announce="now",
        tick="bad",
    ),
    Kind(
        "update.outdated",
        "Updates",
        "Readers still read that it recovered.",
        "{subject} says so, and the incident was opened again. {told} reminded.",
        icon="i-warning",
        css="entry-failed",
        panels=_PANELS,
        announce="now",
        tick="bad",
    ),
    Kind(
        "commitment.explained",
        "Updates",
        "Why the update after {subject} was late.",
        "{explanation}",
        icon="i-info",
        panels=_PANELS,
    ),
):
    KINDS.register(_kind)

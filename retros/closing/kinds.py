"""The timeline entries of closing, of the watch, and of opening again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.templatetags.room import day
from incidents.timeline.kinds import KINDS, Kind

_NO_PANEL: frozenset[str] = frozenset()


def _closed_html(data: Mapping[str, Any]) -> SafeString:
    until = day(datetime.fromisoformat(data["watch_until"]))
    template = "Confidence {}. {} watches until {}; it is reopened when: {}"
    html = format_html(template, data["confidence"], data["watch_owner"], until, data["trigger"])
    if ending := data.get("ending"):
        html = format_html("{} ", ending) + html
    if lifted := data.get("lifted"):
        html += format_html(" Nobody has to decide any more at {}.", lifted)
    return html


def _statement_html(data: Mapping[str, Any]) -> SafeString:
    confidence = data["confidence"] or "not given"
    html = format_html("{} Confidence: {}.", data["happened"], confidence)
    if ending := data.get("ending"):
        risk, item = data["cause_risk"] or "no risk", data["cause_item"] or "no item"
        html += format_html(" {}: {} and {} are about the cause.", ending, risk, item)
    if data["trigger"]:
        html += format_html(" Rollback trigger: {}", data["trigger"])
    return html


def _check_in_html(data: Mapping[str, Any]) -> SafeString:
    if data["hour"] is None:
        return format_html("{}", data["text"])
    return format_html("{} h after closing: {}", data["hour"], data["text"])


for _kind in (
    Kind(
        "closing.stated", "Closing", "Closing statement written.", _statement_html, panels=_NO_PANEL
    ),
    Kind(
        "closing.refused",
        "Closing",
        "Closing refused: {count} unmet.",
        "{codes}",
        icon="mark-refused",
        css="entry-refused",
        announce="politely",
    ),
    Kind(
        "incident.closed",
        "Closing",
        "Closed, and watched for 24 hours.",
        _closed_html,
        icon="i-met",
        announce="now",
        tick="strong",
    ),
    Kind(
        "incident.reopened",
        "Closing",
        "Open again. {how}.",
        "{reason}",
        icon="i-warning",
        css="entry-failed",
        announce="now",
        tick="bad",
    ),
    Kind(
        "watch.checked",
        "Watch",
        "Watch check-in.",
        _check_in_html,
        icon="i-clock",
        panels=_NO_PANEL,
    ),
    Kind(
        "watch.asked",
        "Watch",
        "Check-in due, {hour} h after closing.",
        "{told} reminded.",
        icon="i-clock",
        panels=_NO_PANEL,
    ),
    Kind(
        "watch.missed",
        "Watch",
        "Check-in missed, {hour} h after closing.",
        "{told} told.",
        icon="mark-failed",
        css="entry-failed",
        panels=_NO_PANEL,
        announce="politely",
        tick="bad",
    ),
    Kind(
        "watch.held",
        "Watch",
        "Closed: 24 hours without the trigger.",
        "{trigger}",
        icon="i-met",
        announce="politely",
        tick="strong",
    ),
):
    KINDS.register(_kind)

"""The timeline entries of closing, of the watch, and of opening again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.templatetags.room import day
from incidents.timeline.kinds import Kind, register

_NO_PANEL: frozenset[str] = frozenset()


def _closed(data: Mapping[str, Any]) -> SafeString:
    until = day(datetime.fromisoformat(data["watch_until"]))
    words = "Confidence {}. {} watches until {}; it is reopened when: {}"
    told = format_html(words, data["confidence"], data["watch_owner"], until, data["trigger"])
    if lifted := data.get("lifted"):
        told += format_html(" Nobody has to decide any more at {}.", lifted)
    return told


def _stated(data: Mapping[str, Any]) -> SafeString:
    sure = data["confidence"] or "not given"
    words = format_html("{} Confidence: {}.", data["happened"], sure)
    if data["trigger"]:
        words += format_html(" Rollback trigger: {}", data["trigger"])
    return words


def _checked(data: Mapping[str, Any]) -> SafeString:
    if data["hour"] is None:
        return format_html("{}", data["text"])
    return format_html("{} h after closing: {}", data["hour"], data["text"])


for _kind in (
    Kind("closing.stated", "Closing", "Closing statement written.", _stated, panels=_NO_PANEL),
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
        _closed,
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
    Kind("watch.checked", "Watch", "Watch check-in.", _checked, icon="i-clock", panels=_NO_PANEL),
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
    register(_kind)

"""The kind of entry with which a backfilled incident begins."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.templatetags.room import day
from incidents.timeline.kinds import KINDS, Kind


def _times(data: Mapping[str, Any]) -> SafeString:
    times = [
        day(datetime.fromisoformat(data[name]))
        for name in ("began_at", "declared_at", "mitigated_at", "recovered_at")
    ]
    return format_html("Began {}, declared {}, mitigated {}, recovered {}.", *times)


def _backfilled(data: Mapping[str, Any]) -> SafeString:
    html = format_html("{}, written up by {}. ", data["severity"], data["by"]) + _times(data)
    html += format_html(" What happened: {} What was done: {}", data["happened"], data["done"])
    return html + format_html(" {} Its record: {}", data["source"], data["kept"])


KINDS.register(
    Kind(
        "incident.backfilled",
        "Declared",
        "Backfilled: it was handled elsewhere.",
        _backfilled,
        icon="i-info",
        duties=False,
        tick="strong",
    )
)

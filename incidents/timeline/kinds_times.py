"""The timeline entry about when trouble began and was noticed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.rules.wording import duration
from incidents.templatetags.room import day
from incidents.timeline.kinds import KINDS, Kind


def _timed(data: Mapping[str, Any]) -> SafeString:
    html = SafeString("")
    times = {}
    for name, label in (("began", "It began"), ("detected", "It was noticed")):
        if data[f"{name}_at"]:
            times[name] = datetime.fromisoformat(data[f"{name}_at"])
            html += format_html("{} {} ({}). ", label, day(times[name]), data[f"{name}_evidence"])
    if len(times) > 1:
        gap = duration(times["detected"] - times["began"])
        html += format_html("Detection gap: {}.", gap)
    return html


KINDS.register(
    Kind(
        "incident.timed",
        "Times",
        "When it began and was noticed.",
        _timed,
        icon="i-clock",
        panels=frozenset(),
    )
)

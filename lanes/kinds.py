"""The timeline entries that lanes write."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.timeline.kinds import Kind, register


def _note(data: Mapping[str, Any]) -> SafeString:
    return format_html("{}", data["text"])


def _boundary(data: Mapping[str, Any]) -> SafeString:
    included = ", ".join(data["included"]) or "nothing"
    excluded = ", ".join(data["excluded"]) or "nothing"
    return format_html("In: {}. Out: {}.", included, excluded)


register(
    Kind(
        "note.added",
        "Notes",
        "Note.",
        _note,
        icon="mark-note",
        panels=frozenset({"lanes"}),
        duties=False,
    )
)
register(
    Kind(
        "boundary.set",
        "Lanes",
        "Boundary set.",
        _boundary,
        icon="i-flag",
        panels=frozenset({"lanes", "warnings"}),
    )
)

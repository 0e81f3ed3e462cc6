"""The timeline entries of closure packages."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.rules.wording import listed
from incidents.timeline.kinds import KINDS, Kind

_NO_PANEL: frozenset[str] = frozenset()


def _sent_back(data: Mapping[str, Any]) -> SafeString:
    return format_html("Remarks on {}.", listed(data["sections"]))


for _kind in (
    Kind(
        "package.made",
        "Package",
        "Closure package, version {number}.",
        "{words} words. SHA-256 {sha256}.",
        icon="i-gate",
        panels=_NO_PANEL,
    ),
    Kind(
        "package.failed",
        "Package",
        "Closure package, version {number}, could not be made.",
        "{error} The incident stays closed.",
        icon="mark-failed",
        css="entry-failed",
        panels=_NO_PANEL,
    ),
    Kind(
        "package.asked",
        "Package",
        "Closure package, version {number}, is made again.",
        "{why}",
        icon="i-gate",
        panels=_NO_PANEL,
    ),
    Kind(
        "package.accepted",
        "Package",
        "Closure package, version {number}, accepted.",
        icon="i-met",
        panels=_NO_PANEL,
    ),
    Kind(
        "package.sent_back",
        "Package",
        "Closure package, version {number}, sent back.",
        _sent_back,
        icon="mark-refused",
        panels=_NO_PANEL,
    ),
):
    KINDS.register(_kind)

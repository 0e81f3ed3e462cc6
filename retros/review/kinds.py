"""The timeline entries of looking back: the review, the retro, later thoughts, reminders."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.rules.wording import counted, listed
from incidents.timeline.kinds import KINDS, Kind
from retros.review.rules import DUE_KIND, LATE_KIND, SOON_KIND
from retros.vocabulary import Look

_NO_PANEL: frozenset[str] = frozenset()


def _finished_html(data: Mapping[str, Any]) -> SafeString:
    items = [answer["item"] for answer in data["answers"] if answer["item"]]
    html = format_html("{}", counted(len(data["answers"]), "answer"))
    html += format_html("; to do: {}.", listed(items)) if items else SafeString(".")
    if data["late"]:
        html += format_html(" {} late.", data["late"])
    return html


for _look in Look:
    _name = str(_look.label)
    for _kind in (
        Kind(
            f"{_look}.finished",
            _name,
            f"{_name} finished.",
            _finished_html,
            icon="i-met",
            panels=_NO_PANEL,
            announce="politely",
            tick="strong",
        ),
        Kind(
            f"{_look}.added",
            _name,
            f"Later thought on the {_look}.",
            "{text}",
            panels=_NO_PANEL,
        ),
        *(
            Kind(
                f"{_look}.{_step}",
                _name,
                f"{_name} {{when}}.",
                "{told} reminded.",
                icon="i-clock",
                panels=_NO_PANEL,
                css="entry-failed" if _step == LATE_KIND else "",
            )
            for _step in (SOON_KIND, DUE_KIND, LATE_KIND)
        ),
    ):
        KINDS.register(_kind)

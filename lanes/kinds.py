"""The timeline entries that lanes write."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.timeline.kinds import KINDS, Kind


def _note(data: Mapping[str, Any]) -> SafeString:
    return format_html("{}", data["text"])


def _boundary(data: Mapping[str, Any]) -> SafeString:
    included = ", ".join(data["included"]) or "nothing"
    excluded = ", ".join(data["excluded"]) or "nothing"
    return format_html("In: {}. Out: {}.", included, excluded)


KINDS.register(
    Kind(
        "note.added",
        "Notes",
        "Note.",
        _note,
        icon="mark-note",
        panels=frozenset({"lanes"}),
        duties=False,
        amendable={"text": "Note"},
    )
)
KINDS.register(
    Kind(
        "boundary.set",
        "Lanes",
        "Boundary set.",
        _boundary,
        icon="i-flag",
        panels=frozenset({"lanes", "warnings"}),
    )
)


def _with_full_stop(text: str) -> str:
    """As a sentence: what follows does not run into it."""
    return (
        text
        if text.removesuffix("</a>").endswith((".", "?", "!", "…"))
        else format_html("{}.", text)
    )


def _decided(data: Mapping[str, Any]) -> SafeString:
    cited = ", ".join(data["evidence"])
    return format_html(
        "{} {} By {}.", _with_full_stop(data["text"]), _with_full_stop(data["finding"]), cited
    )


def _resolved(data: Mapping[str, Any]) -> SafeString:
    html = format_html("{} {}", _with_full_stop(data["text"]), _with_full_stop(data["resolution"]))
    if data.get("evidence"):
        html += format_html(" By {}.", ", ".join(data["evidence"]))
    return html


def _withdrawn(data: Mapping[str, Any]) -> SafeString:
    if data["overtaken"]:
        return format_html("{}: {}", _capitalise(data["what"]), data["reason"])
    return format_html(
        "{} stays with {}. {}", _capitalise(data["what"]), data["giver"], data["reason"]
    )


def _waiting(data: Mapping[str, Any]) -> SafeString:
    template = "{}: {} has not answered for 5 minutes. {} reminded."
    return format_html(template, _capitalise(data["what"]), data["receiver"], data["told"])


def _capitalise(text: str) -> str:
    """As a sentence begins."""
    return text[:1].upper() + text[1:]


_IN_LANES = frozenset({"lanes", "warnings", "standing"})

for _kind in (
    Kind(
        "unknown.raised",
        "Unknowns",
        "Unknown {subject}.",
        "{text}",
        icon="i-ahead",
        panels=_IN_LANES,
    ),
    Kind(
        "unknown.resolved",
        "Unknowns",
        "Unknown {subject} resolved.",
        _resolved,
        icon="i-met",
        panels=_IN_LANES,
    ),
    Kind(
        "hypothesis.stated",
        "Hypotheses",
        "Hypothesis {subject}.",
        "{text}",
        icon="i-ahead",
        panels=_IN_LANES,
        amendable={"text": "Hypothesis", "reproduction": "Reproduction"},
    ),
    Kind(
        "hypothesis.decided",
        "Hypotheses",
        "Hypothesis {subject} {state}.",
        _decided,
        amendable={"finding": "What decided it"},
        icon="i-met",
        panels=_IN_LANES,
        announce="politely",
    ),
    Kind(
        "handoff.offered",
        "Handoffs",
        "Handoff {subject} offered: {what}, to {receiver}.",
        "{giver} owns it until {receiver} accepts.",
        icon="i-handoff",
        announce="politely",
    ),
    Kind(
        "handoff.accepted",
        "Handoffs",
        "{receiver} accepted {what}.",
        "From {giver}, {subject}.",
        icon="i-handoff",
        announce="politely",
    ),
    Kind(
        "handoff.declined",
        "Handoffs",
        "{receiver} declined {what}.",
        "{giver} keeps it. {reason}",
        icon="i-handoff",
        announce="politely",
    ),
    Kind(
        "handoff.withdrawn",
        "Handoffs",
        "Handoff {subject} withdrawn.",
        _withdrawn,
        icon="i-handoff",
        announce="politely",
    ),
    Kind(
        "handoff.waiting",
        "Handoffs",
        "Handoff {subject} waits for an answer.",
        _waiting,
        icon="i-clock",
        announce="now",
    ),
    Kind(
        "pattern.raised",
        "Anti-patterns",
        "{label}.",
        "{sentence}",
        icon="i-warning",
        panels=_IN_LANES,
        announce="politely",
    ),
    Kind(
        "pattern.cleared",
        "Anti-patterns",
        "{label}: over.",
        "{sentence} Lasted {lasted}.",
        icon="i-met",
        panels=_IN_LANES,
    ),
):
    KINDS.register(_kind)

"""Every kind of timeline entry: its code, its wording, its mark, and which panels it changes.

A kind's ``headline`` and ``body`` are format strings over ``subject`` and the entry's data, which
are always escaped. ``body`` may be a function, for a sentence that depends on the data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incidents.vocabulary import REACH_WORDS
from kernel.registry import Registry

type Wording = str | Callable[[Mapping[str, Any]], SafeString]

EVERY_PANEL = frozenset({"bar", "blueprint", "deciding", "warnings", "lanes", "standing"})


@dataclass(frozen=True, slots=True)
class Kind:
    """``announce`` is "", "politely" or "now"; ``duties`` makes browsers reload the next duty.

    ``tick`` marks the entry on the time slider: "" for not at all, "strong" or "bad".
    ``access`` says that the entry changes who may see the incident: it is sent to nobody who was
    admitted before it. ``amendable`` are the texts of its data that can be corrected, each
    with what it is called.
    """

    code: str
    label: str
    headline: str
    body: Wording = ""
    icon: str = "mark-note"
    css: str = ""
    panels: frozenset[str] = EVERY_PANEL
    announce: str = ""
    duties: bool = True
    weight: bool = True
    tick: str = ""
    access: bool = False
    amendable: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := self.panels - EVERY_PANEL:
            raise ValueError(f"timeline kind {self.code} names unknown panels {sorted(unknown)}")

    def headline_and_body(
        self, subject: str, data: Mapping[str, Any]
    ) -> tuple[SafeString, SafeString]:
        """The entry's headline and sentence, as safe HTML."""
        return self._fill(self.headline, subject, data), self._fill(self.body, subject, data)

    @staticmethod
    def _fill(wording: Wording, subject: str, data: Mapping[str, Any]) -> SafeString:
        if callable(wording):
            return wording(data)
        if not wording:
            return SafeString("")
        return format_html(wording, **{"subject": subject, **data})


KINDS = Registry[Kind]("timeline kind", name_of=lambda kind: kind.code)


def get(code: str) -> Kind:
    """The kind of an entry. One that this version does not know is displayed by its code."""
    return KINDS.get(code) or Kind(code, "Other", f"{code}.", css="entry-unknown")


def check(code: str, subject: str, data: Mapping[str, Any]) -> None:
    """Raise for an entry that could not be displayed: unknown kind, or missing data."""
    KINDS[code].headline_and_body(subject, data)


def _evidence(data: Mapping[str, Any]) -> SafeString:
    parts = [
        format_html("Command <code>{}</code>", data["command"])
        if data.get("command")
        else format_html("{}: {}", data["label"], data["title"])
    ]
    if data.get("exit_code") is not None:
        parts.append(format_html("exit {}", data["exit_code"]))
    if note := data.get("purpose_note"):
        parts.append(format_html("{}", note))
    if data.get("masks"):
        parts.append(format_html("{} masked", data["masks"]))
    return format_html("{}.", format_html_join(", ", "{}", ((part,) for part in parts)))


def _declared(data: Mapping[str, Any]) -> SafeString:
    html = format_html("{}, by {}.", data["severity"], data["by"])
    if data.get("scenario"):
        html += format_html(" From the scenario “{}”.", data["scenario"])
    if data.get("known"):
        html += format_html(" {}", data["known"])
    return html


def own_reach(data: Mapping[str, Any]) -> SafeString:
    """Of an own option: how far it reaches, and why."""
    own = data.get("own") or {}
    return (
        format_html(" {}: {}.", REACH_WORDS[own["reach"]], own["why"].rstrip("."))
        if own
        else SafeString("")
    )


def decided_body(data: Mapping[str, Any]) -> SafeString:
    html = format_html("{}, confidence {}.", data["option"], data["confidence"]) + own_reach(data)
    for name, reason in data.get("alternatives", ()):
        html += format_html(" Not {}: {}.", name, reason.rstrip("."))
    if data.get("override"):
        html += format_html(" Readiness skipped: {}", data["override"])
    for warning in data.get("warnings", ()):
        html += format_html(" {}", warning)
    return html


def _amended(data: Mapping[str, Any]) -> SafeString:
    return format_html("{}: {} Before: “{}”.", data["label"], data["text"], data["before"])


SMALL = frozenset({"lanes", "warnings"})

DECISION_TEXTS = {
    "why_now": "Why now",
    "scope": "Impacted scope",
    "reversibility": "Reversibility",
    "blast_radius": "Blast radius",
    "verification": "Verification",
    "next_action": "Next action",
    "deviation": "Why not the default response",
    "override": "Why readiness was skipped",
}
"""What can be corrected of a decision record, whenever it was written."""

for _kind in (
    Kind("incident.declared", "Declared", "Declared.", _declared, icon="i-flag"),
    Kind(
        "severity.changed",
        "Severity",
        "Severity changed to {after}.",
        "From {before}: {reason}",
        icon="i-flag",
        announce="politely",
    ),
    Kind(
        "phase.changed",
        "Phase",
        "Phase: {after}.",
        "From {before}. {reason}",
        icon="i-flag",
        announce="politely",
    ),
    Kind("channel.set", "Evidence channel", "Evidence channel set.", "{channel}", icon="i-link"),
    Kind(
        "revision.set",
        "Last known good",
        "Last known-good revision.",
        "<code>{revision}</code>",
        icon="i-met",
    ),
    Kind(
        "rollback.reach",
        "Undoing a rollback",
        "Full rollback: {reach}.",
        "{reason}",
        icon="i-warning",
    ),
    Kind(
        "restriction.changed",
        "Who may know",
        "{words}.",
        "{reason}",
        icon="i-mask",
        announce="politely",
        access=True,
    ),
    Kind(
        "incident.voided",
        "Declared in error",
        "Void: declared in error.",
        "{reason}",
        icon="i-info",
        announce="now",
        tick="strong",
    ),
    Kind(
        "incident.duplicate",
        "Declared in error",
        "Duplicate of {original}.",
        "{reason}",
        icon="i-info",
        announce="now",
        tick="strong",
    ),
    Kind(
        "incident.taken_back",
        "Declared in error",
        "Active again: no error after all.",
        "{reason}",
        icon="i-warning",
        announce="now",
        tick="strong",
    ),
    Kind(
        "incident.stands",
        "Declared in error",
        "Backfilled again: no error after all.",
        "{reason}",
        icon="i-info",
        tick="strong",
    ),
    Kind("surfaces.changed", "Surfaces", "Impacted surfaces.", "{surfaces}", icon="i-flag"),
    Kind(
        "role.assigned",
        "Roles",
        "{role}: {person}.",
        "{before}",
        icon="i-person",
        announce="politely",
    ),
    Kind(
        "command.taken",
        "Roles",
        "{person} took command.",
        "{why}. {reason}",
        icon="i-person",
        announce="now",
        tick="strong",
    ),
    Kind(
        "command.absent",
        "Roles",
        "{person} can no longer act as commander.",
        "Command can be taken. Notified: {notified}.",
        icon="i-person",
        announce="now",
        tick="strong",
    ),
    Kind("participant.added", "People", "{person} takes part.", icon="i-person"),
    Kind(
        "participant.removed",
        "People",
        "{person} no longer takes part.",
        icon="i-person",
        access=True,
    ),
    Kind(
        "evidence.captured",
        "Evidence",
        "Evidence {subject}.",
        _evidence,
        icon="mark-evidence",
        amendable={"title": "Description"},
    ),
    Kind(
        "evidence.confirmed",
        "Evidence",
        "{subject} confirmed: {purpose}.",
        "It was captured by {captured_by}.",
        icon="mark-evidence",
    ),
    Kind(
        "checkpoint.scheduled",
        "Checkpoints",
        "Checkpoint {subject} scheduled.",
        "{purpose}",
        icon="mark-checkpoint",
        announce="politely",
    ),
    Kind(
        "checkpoint.moved",
        "Checkpoints",
        "Checkpoint {subject} moved to {to}.",
        "{reason}",
        icon="mark-checkpoint",
        announce="politely",
    ),
    Kind(
        "checkpoint.cancelled",
        "Checkpoints",
        "Checkpoint {subject} cancelled.",
        "{reason}",
        icon="mark-checkpoint",
        announce="politely",
    ),
    Kind(
        "checkpoint.soon",
        "Checkpoints",
        "Checkpoint {subject} is due in 5 minutes.",
        "{told} was reminded.",
        icon="i-clock",
    ),
    Kind(
        "checkpoint.due",
        "Checkpoints",
        "Checkpoint {subject} is due now.",
        "{told} was reminded.",
        icon="i-clock",
        announce="now",
        tick="strong",
    ),
    Kind(
        "checkpoint.missed",
        "Checkpoints",
        "Checkpoint {subject} was missed.",
        "Due 5 minutes ago, and nothing is decided. {told} was told.",
        icon="mark-failed",
        css="entry-failed",
        announce="now",
        tick="bad",
    ),
    Kind(
        "decision.made",
        "Decisions",
        "Decision {subject} at {checkpoint}.",
        decided_body,
        icon="mark-decision",
        css="entry-decision",
        announce="politely",
        tick="strong",
        amendable=DECISION_TEXTS,
    ),
    Kind(
        "entry.amended",
        "Corrections",
        "{subject} corrected.",
        _amended,
        icon="i-info",
        panels=frozenset({"lanes"}),
        announce="politely",
        duties=False,
    ),
    Kind(
        "decision.refused",
        "Decisions",
        "Decision refused at {checkpoint}.",
        "{count} unmet: {codes}. Kept as a draft.",
        icon="mark-refused",
    ),
    Kind("risk.noted", "Risks", "Residual risk {subject}.", "{text}", icon="i-warning"),
    Kind(
        "freeze.set",
        "Freezes",
        "Freeze on {surface}.",
        "{scope} {reason}",
        icon="i-freeze",
    ),
    Kind("freeze.declined", "Freezes", "{surface} is not frozen.", "{reason}", icon="i-freeze"),
    Kind("freeze.lifted", "Freezes", "Freeze on {surface} lifted.", "{reason}", icon="i-freeze"),
):
    KINDS.register(_kind)

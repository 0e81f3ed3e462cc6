"""The kinds of entry about recommendations, decisions, execution and verification."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.templatetags.room import moment
from incidents.timeline.kinds import DECISION_TEXTS, KINDS, Kind, decided_body, own_reach


def _cites(data: Mapping[str, Any]) -> SafeString:
    cited = ", ".join(data.get("evidence", ()))
    return format_html(" Cites {}.", cited) if cited else SafeString("")


def _recommended(data: Mapping[str, Any]) -> SafeString:
    html = format_html("{}.", data["option"]) + own_reach(data)
    html += format_html(" {}", data["reasons"])
    html += format_html(
        " Reversibility {} of 5, blast radius {} of 5.",
        data["reversibility"],
        data["blast_radius"],
    )
    if data.get("replaces"):
        html += format_html(" Replaces {}.", data["replaces"])
    return html + _cites(data)


def _resolved(data: Mapping[str, Any]) -> SafeString:
    html = format_html("{} chosen by {}.", data["chosen"], data["decision"])
    if data.get("reason"):
        html += format_html(" {}", data["reason"])
    return html + _cites(data)


def _done(data: Mapping[str, Any]) -> SafeString:
    proof = ", ".join(data["evidence"])
    html = format_html("{}. Proof: {}.", data["option"], proof)
    if data.get("done_at"):
        html += format_html(" Done {}.", moment(datetime.fromisoformat(data["done_at"])))
    return html


def _acted(data: Mapping[str, Any]) -> SafeString:
    html = format_html(
        "{}: {} ({}, {}).", data["option"], data["what"], data["executor"], data["when"]
    )
    html += own_reach(data)
    if data["undecided"]:
        html += SafeString(" Done before it was decided.")
    return html + _cites(data) + format_html(" Its record is owed at {}.", data["checkpoint"])


def _kept(data: Mapping[str, Any]) -> SafeString:
    end = "" if data["looked_at"].endswith((".", "!", "?")) else "."
    html = format_html("{}. {}{}", data["option"], data["looked_at"], end)
    return html + format_html(" Next is {}.", data["next"]) + _cites(data)


def _judged(data: Mapping[str, Any]) -> SafeString:
    html = format_html("Run {}", data["run"])
    if data.get("baseline"):
        html += format_html(" against baseline {}", data["baseline"])
    return html + format_html(". {}", data["finding"])


for _kind in (
    Kind(
        "recommendation.made",
        "Recommendations",
        "Recommendation {subject}.",
        _recommended,
        icon="i-flag",
        announce="politely",
    ),
    Kind(
        "recommendation.proposed",
        "Recommendations",
        "Recommendation {subject} to the lane, for its owner to adopt.",
        _recommended,
        icon="i-flag",
    ),
    Kind(
        "recommendation.adopted",
        "Recommendations",
        "{subject} of {author} adopted by the lane’s owner.",
        "{option}. {text}",
        icon="i-flag",
        announce="politely",
    ),
    Kind(
        "recommendation.declined",
        "Recommendations",
        "{subject} of {author} declined by the lane’s owner.",
        "{option}. {reason}",
        icon="i-flag",
    ),
    Kind(
        "recommendation.withdrawn",
        "Recommendations",
        "Recommendation {subject} withdrawn.",
        "{reason}",
        icon="i-flag",
    ),
    Kind(
        "recommendation.together",
        "Recommendations",
        "{subject} goes together with {other}, says its owner.",
        "{text}",
        icon="i-flag",
    ),
    Kind(
        "recommendation.paired",
        "Recommendations",
        "{subject} and {other} go together, say both owners.",
        "{text}",
        icon="i-flag",
        announce="politely",
    ),
    Kind(
        "recommendation.apart",
        "Recommendations",
        "{subject} no longer goes together with {other}.",
        "Taken back by its owner.",
        icon="i-flag",
    ),
    Kind(
        "contradiction.opened",
        "Contradictions",
        "Contradiction {subject} opened.",
        "{recommendations} ask for different things.",
        icon="i-conflict",
        css="entry-conflict",
        announce="now",
        tick="bad",
    ),
    Kind(
        "contradiction.joined",
        "Contradictions",
        "{recommendation} joined contradiction {subject}.",
        icon="i-conflict",
        css="entry-conflict",
    ),
    Kind(
        "contradiction.dissolved",
        "Contradictions",
        "Contradiction {subject} is over.",
        "{reason}",
        icon="i-conflict",
        announce="politely",
    ),
    Kind(
        "contradiction.resolved",
        "Contradictions",
        "Contradiction {subject} resolved.",
        _resolved,
        icon="i-conflict",
        announce="politely",
    ),
    Kind(
        "decision.signed",
        "Decisions",
        "{subject} signed by {person}.",
        "As {role}. {missing}",
        icon="i-met",
        announce="politely",
    ),
    Kind(
        "decision.dual",
        "Decisions",
        "{subject} needs two signatures from now on.",
        "Billing or ledger data is touched. {words}.",
        icon="i-warning",
        announce="politely",
    ),
    Kind(
        "safeguard.marked",
        "Rules",
        "Access was bypassed: {rule}.",
        "{reason}",
        icon="i-warning",
        announce="politely",
    ),
    Kind(
        "safeguard.asked",
        "Rules",
        "Leaving a rule is asked for: {rule}.",
        "It waits for {waits}. {reason}",
        icon="i-warning",
        announce="politely",
    ),
    Kind(
        "safeguard.left",
        "Rules",
        "Two have left a rule: {rule}.",
        "{reason}",
        icon="i-met",
        announce="politely",
    ),
    Kind(
        "decision.withdrawn",
        "Decisions",
        "Decision {subject} withdrawn.",
        "{reason}",
        icon="mark-refused",
        announce="politely",
    ),
    Kind(
        "decision.acted",
        "Decisions",
        "{subject} done first.",
        _acted,
        icon="mark-decision",
        announce="politely",
        tick="strong",
        amendable={"what": "What was done"},
    ),
    Kind(
        "decision.recorded",
        "Decisions",
        "Record of {subject} completed.",
        decided_body,
        icon="mark-decision",
        announce="politely",
        tick="strong",
        amendable=DECISION_TEXTS,
    ),
    Kind(
        "course.kept",
        "Decisions",
        "{decision} stands at {subject}.",
        _kept,
        amendable={"looked_at": "What was looked at"},
        icon="mark-checkpoint",
        announce="politely",
        tick="strong",
    ),
    Kind(
        "decision.superseded",
        "Decisions",
        "Decision {subject} superseded by {by}.",
        "{reason}",
        icon="mark-decision",
        announce="politely",
    ),
    Kind(
        "execution.replaced",
        "Execution",
        "{person} {does} {subject} from now on.",
        "Before: {before}. {reason}",
        icon="i-person",
        announce="politely",
    ),
    Kind(
        "execution.started",
        "Execution",
        "Execution of {subject} started.",
        "{option}.",
        icon="mark-executed",
        announce="politely",
    ),
    Kind(
        "execution.done",
        "Execution",
        "{subject} executed.",
        _done,
        icon="mark-executed",
        announce="politely",
        tick="strong",
    ),
    Kind(
        "verification.passed",
        "Verification",
        "{subject} verified.",
        _judged,
        icon="mark-verified",
        announce="politely",
        tick="strong",
    ),
    Kind(
        "verification.failed",
        "Verification",
        "Verification of {subject} failed.",
        _judged,
        icon="mark-failed",
        css="entry-failed",
        announce="now",
        tick="bad",
    ),
    Kind(
        "branch.opened",
        "Branches",
        "{type} branch {subject} opened.",
        "{name}, owner {owner}.",
        icon="i-branch",
    ),
    Kind(
        "branch.owner",
        "Branches",
        "Branch {subject} passes to {owner}.",
        "{name}, from {before}.",
        icon="i-branch",
    ),
    Kind(
        "branch.ended",
        "Branches",
        "Branch {subject} {state}.",
        "{name}. {reason}",
        icon="i-branch",
    ),
    Kind(
        "freeze.kept",
        "Freezes",
        "Freeze on {surface} is kept on purpose.",
        "Owner {owner}. {reason}",
        icon="i-freeze",
    ),
    Kind("risk.owned", "Risks", "{subject} belongs to {owner}.", "{text}", icon="i-warning"),
    Kind("risk.retired", "Risks", "{subject} retired.", "{text} {reason}", icon="i-met"),
    Kind("evidence.served", "Evidence", "{subject} serves as “{item}”.", icon="mark-evidence"),
    Kind(
        "scenario.set",
        "Scenario",
        "Scenario: {scenario}.",
        "{reason}",
        icon="i-flag",
        announce="politely",
    ),
):
    KINDS.register(_kind)

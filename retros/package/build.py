"""The content of a closure package. Pure: inputs in, JSON's own types out.

Playbook, "Incident closure review package": a new owner understands the incident in ten minutes, so
the body stays within ``MAX_BODY_WORDS``; what is longer goes to the appendices. Each part of the
body has a limit of its own, and together these are lower than that of the whole.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from incidents.templatetags.room import since
from kernel.text import ansi_to_plain, show_controls
from retros.package.inputs import (
    CommandRun,
    DecisionSummary,
    EntrySummary,
    IncidentSummary,
    PackageInput,
    WorkSummary,
)
from retros.package.word_count import count, cut

FORMAT = "warroom-package/1"

MAX_BODY_WORDS = 2000
"""Words of the body (product, 9)."""
WORDS_PER_MINUTE = 200
"""Reading speed."""

# Each ``…_LIMIT`` is in words; ``count`` and ``cut`` say what counts as a word.
NOTE_LIMITS = {"happened": 110, "path": 110, "uncertain": 90, "need": 70}
TRIGGER_LIMIT = 50
ENDING_LIMIT = 30
TITLE_LIMIT = 25
NAME_LIMIT = 5
MAX_TIMES, TIME_LIMIT = 22, 16
MAX_FURTHER_TIMES, FURTHER_TIME_LIMIT = 300, 60
MAX_CHANGES, CHANGE_LIMIT = 6, 10
MAX_DIFF_LINES, DIFF_LIMIT = 14, 80
MAX_DIFF_CHARACTERS = 100
"""Of one line."""
MAX_COMMANDS, COMMAND_LIMIT = 10, 12
MAX_RISKS, RISK_LIMIT = 8, 18
MAX_BACKLOG, BACKLOG_LIMIT = 8, 14
MAX_BRANCHES = 4
MAX_SURFACES = 6

MAX_OUTPUT_LINES, MAX_OUTPUT_CHARACTERS = 200, 20_000
"""Limits of an output in the appendix; the zip has all of it."""
MAX_RAW_OUTPUT_CHARACTERS = 4 * MAX_OUTPUT_CHARACTERS
"""The limit before the terminal's colour codes are taken out."""

LABELS = {
    "happened": "What happened",
    "path": "Why this path",
    "uncertain": "What remains uncertain",
    "need": "What we need",
}

_RANKED_KINDS = (
    {"incident.declared", "incident.timed", "incident.closed", "incident.reopened"},
    {
        "decision.made",
        "decision.acted",
        "decision.recorded",
        "course.kept",
        "execution.done",
        "verification.passed",
        "verification.failed",
        "contradiction.opened",
        "contradiction.resolved",
    },
    {
        "update.published",
        "handoff.accepted",
        "freeze.set",
        "freeze.lifted",
    },
)


def build(inputs: PackageInput) -> dict[str, Any]:
    """The whole content; ``words`` counts its body."""
    body = _body(inputs)
    word_count = count(body)
    content = {
        "format": FORMAT,
        "incident": f"INC-{inputs.about.incident}",
        "version": inputs.about.version,
        "title": inputs.about.title,
        "severity": inputs.about.severity,
        "made_at": _iso(inputs.about.made_at),
        "words": word_count,
        "minutes": max(1, round(word_count / WORDS_PER_MINUTE)),
        "record": {"entries": inputs.about.entries, "last_hash": inputs.about.last_hash},
        "body": body,
        "picture": inputs.picture,
        "appendices": _appendices(inputs),
    }
    printable: dict[str, Any] = _printable(content)
    return printable


def _printable(part: Any) -> Any:
    """What XML and the PDF can hold: an older record, and evidence, may have control characters."""
    if isinstance(part, str):
        return show_controls(part)
    if isinstance(part, Mapping):
        return {key: _printable(entry) for key, entry in part.items()}
    return [_printable(entry) for entry in part] if isinstance(part, list | tuple) else part


def _body(inputs: PackageInput) -> dict[str, Any]:
    about = inputs.about
    chosen = chosen_times(inputs.entries)
    return {
        "head": _head(about),
        "note": _note(about),
        "times": [_time(entry, about) for entry in chosen],
        "times_left": about.entries - len(chosen),
        "changes": _changes(inputs),
        **_listed("bundle", inputs.commands, MAX_COMMANDS, _command),
        **_listed("risks", inputs.risks, MAX_RISKS, lambda risk: _work(risk, RISK_LIMIT)),
        **_listed("backlog", inputs.backlog, MAX_BACKLOG, lambda work: _work(work, BACKLOG_LIMIT)),
    }


def _listed(name: str, rows: Sequence[Any], limit: int, render: Any) -> dict[str, Any]:
    return {name: [render(row) for row in rows[:limit]], f"{name}_left": max(0, len(rows) - limit)}


def _head(about: IncidentSummary) -> dict[str, Any]:
    return {
        "title": cut(about.title, TITLE_LIMIT)[0],
        "surfaces": [cut(name, NAME_LIMIT)[0] for name in about.surfaces[:MAX_SURFACES]],
        "scenario": cut(about.scenario, NAME_LIMIT)[0],
        "declared": _moment(about.declared_at, about),
        "declared_by": _name(about.declared_by),
        "recovered": _moment(about.recovered_at, about) if about.recovered_at else None,
        "ending": cut(about.ending, ENDING_LIMIT)[0],
        "closed": _moment(about.closed_at, about),
        "closed_by": _name(about.closed_by),
        "commander": _name(about.commander),
        "watch_owner": _name(about.watch_owner),
        "watch_until": _iso(about.watch_until),
    }


def _note(about: IncidentSummary) -> list[dict[str, Any]]:
    """The playbook's leadership note; ``more`` says that the appendix has the whole text."""
    rows = [
        _note_row(name, LABELS[name], about.note[name], limit)
        for name, limit in NOTE_LIMITS.items()
    ]
    sure = {"field": "confidence", "label": "Confidence", "text": about.confidence, "more": False}
    watch = _note_row("watch", "Next 24 h", about.trigger, TRIGGER_LIMIT)
    watch["text"] = f"{_name(about.watch_owner)} watches. Reopened when: {watch['text']}"
    return [*rows[:2], sure, *rows[2:], watch]


def _note_row(field: str, label: str, text: str, limit: int) -> dict[str, Any]:
    shortened, more = cut(text, limit)
    return {"field": field, "label": label, "text": shortened, "more": more}


def chosen_times(entries: Sequence[EntrySummary]) -> list[EntrySummary]:
    """The entries of the body in their order: the most important kinds first, as many as fit.

    Of one rank that does not fit, the first and the last ones are taken.
    """
    chosen: list[EntrySummary] = []
    for rank in range(len(_RANKED_KINDS) + 1):
        free = MAX_TIMES - len(chosen)
        same = [entry for entry in entries if _rank(entry) == rank]
        if len(same) > free:
            first = free // 2
            same = same[:first] + (same[-(free - first) :] if free > first else [])
        chosen += same
    return sorted(chosen, key=lambda entry: entry.seq)


def _rank(entry: EntrySummary) -> int:
    return next(
        (rank for rank, kinds in enumerate(_RANKED_KINDS) if entry.kind in kinds),
        len(_RANKED_KINDS),
    )


def _time(entry: EntrySummary, about: IncidentSummary, limit: int = TIME_LIMIT) -> dict[str, Any]:
    return {
        **_moment(entry.at, about),
        "seq": entry.seq,
        "what": cut(entry.sentence, limit)[0],
        "who": _name(entry.who),
        "evidence": list(entry.evidence[:3]),
    }


def _changes(inputs: PackageInput) -> dict[str, Any]:
    """What was changed to recover: revisions, links, and the diffstat that was captured."""
    done = [decision for decision in inputs.decisions if decision.mitigates and decision.done_at]
    diffstats = (decision.diffstat for decision in reversed(done) if decision.diffstat)
    diffstat = next(diffstats, "")
    return {
        "last_known_good": cut(inputs.about.last_known_good, NAME_LIMIT)[0],
        "rows": [_change(decision, inputs.about) for decision in done[:MAX_CHANGES]],
        "left": max(0, len(done) - MAX_CHANGES),
        "branches": [
            {
                "name": cut(branch.name, NAME_LIMIT)[0],
                "state": branch.state,
                "owner": _name(branch.owner),
            }
            for branch in inputs.branches[:MAX_BRANCHES]
        ],
        "diffstat": _diffstat(diffstat),
    }


def _diffstat(text: str) -> str:
    """As many of its last lines as fit: the sum is at the end."""
    lines = [_shortened(line.rstrip()) for line in text.rstrip().splitlines()][-MAX_DIFF_LINES:]
    while count("\n".join(lines)) > DIFF_LIMIT:
        lines = lines[1:]
    return "\n".join(lines)


def _shortened(line: str) -> str:
    return line if len(line) <= MAX_DIFF_CHARACTERS else f"{line[: MAX_DIFF_CHARACTERS - 1]}…"


def _change(decision: DecisionSummary, about: IncidentSummary) -> dict[str, Any]:
    assert decision.done_at is not None
    return {
        "decision": decision.reference,
        "title": cut(decision.title, CHANGE_LIMIT)[0],
        "state": decision.state,
        "done": _moment(decision.done_at, about),
        "revisions": [cut(name, NAME_LIMIT)[0] for name in decision.revisions[:2]],
        "links": list(decision.links[:2]),
        "proof": list(decision.proof[:3]),
    }


def _command(command: CommandRun) -> dict[str, Any]:
    return {
        "evidence": command.reference,
        "command": cut(command.command, COMMAND_LIMIT)[0],
        "exit_code": command.exit_code,
        "at": _iso(command.at),
    }


def _work(work: WorkSummary, limit: int) -> dict[str, Any]:
    return {
        "reference": work.reference,
        "text": cut(work.text, limit)[0],
        "owner": _name(work.owner),
        "due_on": work.due_on.isoformat() if work.due_on else "",
        "tracker": work.tracker,
        "state": work.state,
    }


def _appendices(inputs: PackageInput) -> dict[str, Any]:
    about = inputs.about
    chosen = {entry.seq for entry in chosen_times(inputs.entries)}
    further = [entry for entry in inputs.entries if entry.seq not in chosen]
    limits = {**NOTE_LIMITS, "trigger": TRIGGER_LIMIT}
    texts = {**about.note, "trigger": about.trigger}
    labels = {**LABELS, "trigger": "Rollback trigger"}
    return {
        "note": [
            {"label": labels[name], "text": texts[name]}
            for name, limit in limits.items()
            if cut(texts[name], limit)[1]
        ],
        "times": [_time(entry, about, FURTHER_TIME_LIMIT) for entry in further[:MAX_FURTHER_TIMES]],
        "remarks": [dict(answer) for answer in inputs.answers],
        "decisions": [
            {
                "reference": decision.reference,
                "title": decision.title,
                "state": decision.state,
                "record": decision.record,
            }
            for decision in inputs.decisions
        ],
        "outputs": [_output(command) for command in inputs.commands],
        "outputs_left": _left(inputs.commands_left),
        "risks": [_work(risk, 100) for risk in inputs.risks[MAX_RISKS:]],
        "backlog": [_work(work, 100) for work in inputs.backlog[MAX_BACKLOG:]],
        "evidence": [
            {
                "reference": evidence.reference,
                "kind": evidence.kind,
                "title": evidence.title,
                "at": _iso(evidence.at),
                "size": evidence.size,
                "sha256": evidence.sha256,
                "file": evidence.file,
            }
            for evidence in inputs.evidence
        ],
    }


def _left(commands: int) -> str:
    if not commands:
        return ""
    what = "1 older command is" if commands == 1 else f"{commands} older commands are"
    return f"{what} not in this bundle; see the evidence."


def _output(command: CommandRun) -> dict[str, Any]:
    # Cut before the colour codes are taken out too: an output may be megabytes in one line.
    text = command.output[:MAX_RAW_OUTPUT_CHARACTERS]
    lines = ansi_to_plain(text).splitlines()
    shortened = "\n".join(lines[:MAX_OUTPUT_LINES])[:MAX_OUTPUT_CHARACTERS]
    return {
        "evidence": command.reference,
        "command": command.command,
        "exit_code": command.exit_code,
        "host": command.host,
        "at": _iso(command.at),
        "masks": command.masks,
        "output": shortened,
        "more": len(text) < len(command.output) or len(shortened) < len("\n".join(lines)),
    }


def _name(who: str) -> str:
    return cut(who, NAME_LIMIT)[0]


def _moment(at: datetime, about: IncidentSummary) -> dict[str, str]:
    return {"at": _iso(at), "t": since(at, about.declared_at)}


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")

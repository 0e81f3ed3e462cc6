"""The content of a closure package. Pure: material in, JSON's own types out.

Playbook, "Incident closure review package": a new owner understands the incident in ten minutes, so
the body stays within ``MOST`` words; what is longer goes to the appendices. Each part of the body
has its share of the words, and together they are fewer than the whole.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from incidents.templatetags.room import since
from kernel.text import ansi_to_plain
from retros.package.inputs import About, Command, Decided, Entry, Material, Work
from retros.package.word_count import count, cut

FORMAT = "warroom-package/1"

MOST = 2000
"""Words of the body (product, 9)."""
A_MINUTE = 200
"""Words that one reads in a minute."""

NOTE = {"happened": 110, "path": 110, "uncertain": 90, "need": 70}
TRIGGER = 50
TITLE = 25
NAME = 5
TIMES, TIME_WORDS = 22, 16
CHANGES, CHANGE_WORDS = 6, 10
DIFF_LINES, DIFF_WORDS = 14, 80
COMMANDS, COMMAND_WORDS = 10, 12
RISKS, RISK_WORDS = 8, 18
ITEMS, ITEM_WORDS = 8, 14
BRANCHES = 4
SURFACES = 6

OUTPUT_LINES, OUTPUT_LETTERS = 200, 20_000
"""Of an output in the appendix; the whole of it is in the zip."""
OUTPUT_RAW = 4 * OUTPUT_LETTERS
"""With the colours of its terminal, which are taken out."""

LABELS = {
    "happened": "What happened",
    "path": "Why this path",
    "uncertain": "What remains uncertain",
    "need": "What we need",
}

_RANKS = (
    {"incident.declared", "incident.closed", "incident.reopened"},
    {
        "decision.made",
        "execution.done",
        "verification.passed",
        "verification.failed",
        "contradiction.opened",
        "contradiction.resolved",
    },
)


def build(material: Material) -> dict[str, Any]:
    """The whole content; ``words`` counts its body."""
    body = _body(material)
    words = count(body)
    return {
        "format": FORMAT,
        "incident": f"INC-{material.about.incident}",
        "version": material.about.version,
        "title": material.about.title,
        "severity": material.about.severity,
        "made_at": _iso(material.about.made_at),
        "words": words,
        "minutes": max(1, round(words / A_MINUTE)),
        "record": {"entries": material.about.entries, "last_hash": material.about.last_hash},
        "body": body,
        "picture": material.picture,
        "appendices": _appendices(material),
    }


def _body(material: Material) -> dict[str, Any]:
    about = material.about
    chosen = chosen_times(material.entries)
    return {
        "head": _head(about),
        "note": _note(about),
        "times": [_time(one, about) for one in chosen],
        "times_left": about.entries - len(chosen),
        "changes": _changes(material),
        **_listed("bundle", material.commands, COMMANDS, _command),
        **_listed("risks", material.risks, RISKS, lambda one: _work(one, RISK_WORDS)),
        **_listed("backlog", material.backlog, ITEMS, lambda one: _work(one, ITEM_WORDS)),
    }


def _listed(name: str, rows: Sequence[Any], most: int, shown: Any) -> dict[str, Any]:
    return {name: [shown(row) for row in rows[:most]], f"{name}_left": max(0, len(rows) - most)}


def _head(about: About) -> dict[str, Any]:
    return {
        "title": cut(about.title, TITLE)[0],
        "surfaces": [cut(name, NAME)[0] for name in about.surfaces[:SURFACES]],
        "scenario": cut(about.scenario, NAME)[0],
        "declared": _moment(about.declared_at, about),
        "declared_by": _name(about.declared_by),
        "recovered": _moment(about.recovered_at, about) if about.recovered_at else None,
        "closed": _moment(about.closed_at, about),
        "closed_by": _name(about.closed_by),
        "commander": _name(about.commander),
        "watch_owner": _name(about.watch_owner),
        "watch_until": _iso(about.watch_until),
    }


def _note(about: About) -> list[dict[str, Any]]:
    """The playbook's leadership note; ``more`` says that the whole of it is in the appendix."""
    rows = [_said(name, LABELS[name], about.note[name], most) for name, most in NOTE.items()]
    sure = {"field": "confidence", "label": "Confidence", "text": about.confidence, "more": False}
    watch = _said("watch", "Next 24 h", about.trigger, TRIGGER)
    watch["text"] = f"{_name(about.watch_owner)} watches. Reopened when: {watch['text']}"
    return [*rows[:2], sure, *rows[2:], watch]


def _said(field: str, label: str, text: str, most: int) -> dict[str, Any]:
    kept, more = cut(text, most)
    return {"field": field, "label": label, "text": kept, "more": more}


def chosen_times(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of the body, in their order: the milestones, then what else stands out.

    Of more than fit, those from the beginning and from the end are kept.
    """
    found: list[Entry] = []
    for rank in range(len(_RANKS) + 1):
        free = TIMES - len(found)
        same = [one for one in entries if _rank(one) == rank]
        if len(same) > free:
            first = free // 2
            same = same[:first] + (same[-(free - first) :] if free > first else [])
        found += same
    return sorted(found, key=lambda one: one.seq)


def _rank(entry: Entry) -> int:
    return next((rank for rank, kinds in enumerate(_RANKS) if entry.kind in kinds), len(_RANKS))


def _time(entry: Entry, about: About) -> dict[str, Any]:
    return {
        **_moment(entry.at, about),
        "seq": entry.seq,
        "what": cut(entry.words, TIME_WORDS)[0],
        "who": _name(entry.who),
        "evidence": list(entry.evidence[:3]),
    }


def _changes(material: Material) -> dict[str, Any]:
    """What was changed to recover: revisions, links, and the diffstat that was captured."""
    done = [one for one in material.decisions if one.mitigates and one.done_at]
    diffstat = next((one.diffstat for one in reversed(done) if one.diffstat), "")
    return {
        "last_known_good": cut(material.about.last_known_good, NAME)[0],
        "rows": [_change(one, material.about) for one in done[:CHANGES]],
        "left": max(0, len(done) - CHANGES),
        "branches": [
            {"name": cut(one.name, NAME)[0], "state": one.state, "owner": _name(one.owner)}
            for one in material.branches[:BRANCHES]
        ],
        "diffstat": _diffstat(diffstat),
    }


def _diffstat(text: str) -> str:
    """Its last lines, as many as fit: the sum stands at the end."""
    lines = [line.rstrip()[:100] for line in text.rstrip().splitlines()][-DIFF_LINES:]
    while count("\n".join(lines)) > DIFF_WORDS:
        lines = lines[1:]
    return "\n".join(lines)


def _change(one: Decided, about: About) -> dict[str, Any]:
    assert one.done_at is not None
    return {
        "decision": one.reference,
        "title": cut(one.title, CHANGE_WORDS)[0],
        "state": one.state,
        "done": _moment(one.done_at, about),
        "revisions": [cut(name, 2)[0] for name in one.revisions[:2]],
        "links": list(one.links[:2]),
        "proof": list(one.proof[:3]),
    }


def _command(one: Command) -> dict[str, Any]:
    return {
        "evidence": one.reference,
        "command": cut(one.command, COMMAND_WORDS)[0],
        "exit_code": one.exit_code,
        "at": _iso(one.at),
    }


def _work(one: Work, most: int) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "text": cut(one.text, most)[0],
        "owner": _name(one.owner),
        "due_on": one.due_on.isoformat() if one.due_on else "",
        "tracker": one.tracker,
        "state": one.state,
    }


def _appendices(material: Material) -> dict[str, Any]:
    about = material.about
    limits = {**NOTE, "trigger": TRIGGER}
    texts = {**about.note, "trigger": about.trigger}
    labels = {**LABELS, "trigger": "Rollback trigger"}
    return {
        "note": [
            {"label": labels[name], "text": texts[name]}
            for name, most in limits.items()
            if cut(texts[name], most)[1]
        ],
        "remarks": [dict(one) for one in material.answers],
        "decisions": [
            {
                "reference": one.reference,
                "title": one.title,
                "state": one.state,
                "record": one.record,
            }
            for one in material.decisions
        ],
        "outputs": [_output(one) for one in material.commands],
        "outputs_left": _left(material.commands_left),
        "risks": [_work(one, 100) for one in material.risks[RISKS:]],
        "backlog": [_work(one, 100) for one in material.backlog[ITEMS:]],
        "evidence": [
            {
                "reference": one.reference,
                "kind": one.kind,
                "title": one.title,
                "at": _iso(one.at),
                "size": one.size,
                "sha256": one.sha256,
                "file": one.file,
            }
            for one in material.evidence
        ],
    }


def _left(commands: int) -> str:
    if not commands:
        return ""
    what = "1 older command is" if commands == 1 else f"{commands} older commands are"
    return f"{what} not in this bundle; see the evidence."


def _output(one: Command) -> dict[str, Any]:
    # Cut before its colours are taken out too: an item may be megabytes, in one line.
    text = one.output[:OUTPUT_RAW]
    lines = ansi_to_plain(text).splitlines()
    kept = "\n".join(lines[:OUTPUT_LINES])[:OUTPUT_LETTERS]
    return {
        "evidence": one.reference,
        "command": one.command,
        "exit_code": one.exit_code,
        "host": one.host,
        "at": _iso(one.at),
        "masks": one.masks,
        "output": kept,
        "more": len(text) < len(one.output) or len(kept) < len("\n".join(lines)),
    }


def _name(who: str) -> str:
    return cut(who, NAME)[0]


def _moment(at: datetime, about: About) -> dict[str, str]:
    return {"at": _iso(at), "t": since(at, about.declared_at)}


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")

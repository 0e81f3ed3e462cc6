"""A package's content as Markdown. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from incidents.panels.markdown import escape
from retros.vocabulary import SECTIONS

type Row = Mapping[str, Any]


def markdown(content: Row) -> str:
    """The whole package: body, then appendices."""
    return "\n".join([*body(content), *_appendices(content)]).rstrip() + "\n"


def body(content: Row) -> list[str]:
    part = content["body"]
    return [
        *_head(content, part["head"]),
        *_titled("note", _note(part["note"])),
        *_titled("picture", [f"- {escape(line)}" for line in content["picture"]["words"]]),
        *_titled("times", _times(part)),
        *_titled("changes", _changes(part["changes"])),
        *_titled("bundle", _bundle(part)),
        *_titled("risks", _work(part["risks"], part["risks_left"], "None is open.")),
        *_titled("backlog", _work(part["backlog"], part["backlog_left"], "None.")),
    ]


def _titled(section: str, lines: Iterable[str]) -> list[str]:
    return [f"## {SECTIONS[section]}", "", *lines, ""]


def _head(content: Row, head: Row) -> list[str]:
    surfaces = ", ".join(escape(name) for name in head["surfaces"]) or "none named"
    recovered = f" Recovered {when(head['recovered'])}." if head["recovered"] else ""
    return [
        f"# {content['incident']}: {escape(head['title'])}",
        "",
        f"Closure package, version {content['version']}. {content['severity']}."
        f" Surfaces: {surfaces}.",
        "",
        f"Declared {when(head['declared'])} by {escape(head['declared_by'])}.{recovered}"
        f" Closed {when(head['closed'])} by {escape(head['closed_by'])}."
        f" Commander: {escape(head['commander'])}."
        f" Watched until {stamp(head['watch_until'])} by {escape(head['watch_owner'])}.",
        "",
        *_ending(head),
    ]


def _ending(head: Row) -> list[str]:
    """Packages from before an incident could recover without mitigation have none."""
    return [escape(ending), ""] if (ending := head.get("ending")) else []


def _note(rows: Sequence[Row]) -> Iterable[str]:
    for row in rows:
        more = " (The whole of it is in the appendix.)" if row["more"] else ""
        yield f"**{row['label']}.** {escape(row['text'])}{more}"
        yield ""


def _times(part: Row) -> Iterable[str]:
    yield from _table("Time", "T+", "What", "Who", "Evidence")
    for row in part["times"]:
        evidence = ", ".join(row["evidence"])
        yield _cells(stamp(row["at"]), row["t"], row["what"], row["who"], evidence)
    if part["times_left"]:
        yield ""
        yield f"{part['times_left']} further entries are in the timeline."


def _changes(part: Row) -> Iterable[str]:
    yield f"Last known good: {_code(part['last_known_good']) or 'not recorded'}."
    yield ""
    if not part["rows"]:
        yield "Nothing was changed to recover."
    for row in part["rows"]:
        revisions = ", ".join(_code(name) for name in row["revisions"])
        links = " ".join(f"<{url}>" for url in row["links"] if _plain(url))
        proof = ", ".join(row["proof"])
        rest = " ".join(text for text in (revisions, links) if text)
        yield (
            f"- {row['decision']}, {when(row['done'])}: {escape(row['title'])}."
            f" {row['state']}. Proof: {proof or 'none'}. {rest}".rstrip()
        )
    if part["left"]:
        yield f"- {part['left']} more are under Decisions."
    for branch in part["branches"]:
        owner = escape(branch["owner"])
        yield f"- Branch {_code(branch['name'])}: {branch['state'].lower()}, {owner}."
    if part["diffstat"]:
        yield from ("", *_fenced(part["diffstat"]))


def _bundle(part: Row) -> Iterable[str]:
    if not part["bundle"]:
        yield "No command was captured as a verification run."
    for row in part["bundle"]:
        code = "no exit code" if row["exit_code"] is None else f"exit {row['exit_code']}"
        yield f"- {row['evidence']}, {stamp(row['at'])}, {code}: {_code(row['command'])}"
    if part["bundle_left"]:
        yield f"- {part['bundle_left']} more are in the script `bundle.sh`."


def _work(rows: Sequence[Row], left: int, none: str) -> Iterable[str]:
    if not rows:
        yield none
    for row in rows:
        due = f", due {row['due_on']}" if row["due_on"] else ""
        state = f", {row['state'].lower()}" if row["state"] else ""
        tracker = f" <{row['tracker']}>" if _plain(row["tracker"]) else ""
        owner = escape(row["owner"]) or "nobody"
        yield f"- {row['reference']}: {escape(row['text'])} ({owner}{due}{state}){tracker}"
    if left:
        yield f"- {left} more are in the appendix."


def _appendices(content: Row) -> Iterable[str]:
    part = content["appendices"]
    for title, lines in (
        ("the statement as written", _statement(part["note"])),
        ("further times", _further_times(part.get("times", ()))),
        ("remarks and what became of them", _remarks(part["remarks"])),
        ("further risks", _work(part["risks"], 0, "")),
        ("further hardening work", _work(part["backlog"], 0, "")),
        (
            "decisions",
            (line for decision in part["decisions"] for line in decision["record"].split("\n")),
        ),
        ("output of the commands", _outputs(part)),
        ("evidence", _evidence(part["evidence"])),
    ):
        part_lines = [*lines]
        if any(part_lines):
            yield from (f"## Appendix: {title}", "", *part_lines, "")
    record = content["record"]
    yield f"The record: {record['entries']} entries, the last with hash `{record['last_hash']}`."


def _statement(rows: Sequence[Row]) -> Iterable[str]:
    for row in rows:
        yield f"**{row['label']}.** {escape(row['text'])}"
        yield ""


def _further_times(rows: Sequence[Row]) -> Iterable[str]:
    """The first packages were built without them."""
    for row in rows:
        who = f" ({escape(row['who'])})" if row["who"] else ""
        yield f"- {when(row)}: {escape(row['what'])}{who}"


def _remarks(rows: Sequence[Row]) -> Iterable[str]:
    for row in rows:
        remark, answer = escape(row["remark"]), escape(row["answer"])
        yield f"- {row['section']}, of version {row['version']}: {remark} Answer: {answer}"


def _outputs(part: Row) -> Iterable[str]:
    for row in part["outputs"]:
        more = " The whole of it is with the evidence." if row["more"] else ""
        host = f" on {escape(row['host'])}" if row["host"] else ""
        yield f"### {row['evidence']}, {stamp(row['at'])}{host}"
        yield ""
        yield from _fenced(row["command"])
        yield from ("", f"Exit code {row['exit_code']}.{more}", "", *_fenced(row["output"]), "")
    yield from _outputs_left(part)


def _outputs_left(part: Row) -> list[str]:
    """The sentence about commands left out; the first packages were built without it."""
    return [sentence] if (sentence := part.get("outputs_left")) else []


def _evidence(rows: Sequence[Row]) -> Iterable[str]:
    if not rows:
        return
    yield from _table("Item", "Kind", "Title", "Captured", "Bytes", "SHA-256")
    for row in rows:
        size = str(row["size"])
        title, at = row["title"], stamp(row["at"])
        yield _cells(row["reference"], row["kind"], title, at, size, row["sha256"])


def _table(*heads: str) -> Iterable[str]:
    yield _cells(*heads)
    yield "|" + " --- |" * len(heads)


def _cells(*cells: str) -> str:
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"


def _fenced(text: str) -> list[str]:
    """A block that no line of the text can end."""
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence, *text.split("\n"), fence]


def _code(text: str) -> str:
    line = " ".join(text.split())
    if not line:
        return ""
    tick = "`"
    while tick in line:
        tick += "`"
    inner = f" {line} " if line.startswith("`") or line.endswith("`") else line
    return f"{tick}{inner}{tick}"


def _plain(url: str) -> bool:
    return url.startswith(("https://", "http://")) and not any(c in url for c in "<> \n")


def when(moment: Row) -> str:
    """``2026-03-05 14:20 UTC, T+00:20``."""
    return f"{stamp(moment['at'])}, {moment['t']}"


def stamp(iso: str) -> str:
    """``2026-03-05 14:20 UTC``."""
    return f"{iso[:10]} {iso[11:16]} UTC"

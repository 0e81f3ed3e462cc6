"""Two snapshots side by side: what differs, as a person reads it."""

import difflib
import json
import sys
from pathlib import Path
from typing import Any

from .whitespace import normalised

IGNORED = {"static-names.txt", "coverage.txt"}
"""Names of style sheets and scripts may change; how often an address was asked says nothing."""

MAX_FILES = 40
MAX_LINES = 60


def main(first: Path, second: Path, *, html_whitespace: bool) -> int:
    names = sorted(_files(first) | _files(second))
    if not names:
        print("there is nothing to compare", file=sys.stderr)
        return 2
    different = [name for name in names if not _equal(first / name, second / name, html_whitespace)]
    for name in different[:MAX_FILES]:
        _show(first, second, name, html_whitespace)
    if len(different) > MAX_FILES:
        print("\nand these:", *different[MAX_FILES:], sep="\n  ")
    print(f"\n{len(different)} of {len(names)} files differ")
    return 1 if different else 0


def _files(folder: Path) -> set[str]:
    found = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    return {one for one in found if one not in IGNORED}


def _equal(first: Path, second: Path, html_whitespace: bool) -> bool:
    if not first.exists() or not second.exists():
        return False
    one, other = first.read_bytes(), second.read_bytes()
    if one == other:
        return True
    return html_whitespace and _text(first, True) == _text(second, True)


def _text(file: Path, html_whitespace: bool) -> str:
    text = file.read_bytes().decode(errors="replace")
    if not html_whitespace:
        return text
    if file.suffix == ".html":
        return normalised(text)
    head, blank, body = text.partition("\n\n")
    if blank and "\ncontent-type: text/html" in head:
        return f"{head}\n\n{normalised(body)}"
    if blank and "\ncontent-type: application/json" in head:
        return f"{head}\n\n{_json(body)}"
    return text


def _json(body: str) -> str:
    """A value of the JSON a line; what is HTML in it without the whitespace of its layout."""

    def laid_out(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: laid_out(one) for key, one in value.items()}
        if isinstance(value, list):
            return [laid_out(one) for one in value]
        return normalised(value) if isinstance(value, str) and "<" in value else value

    try:
        found = json.loads(body)
    except ValueError:
        return body
    return json.dumps(laid_out(found), indent=1, ensure_ascii=False)


def _show(first: Path, second: Path, name: str, html_whitespace: bool) -> None:
    for one, other in ((first, second), (second, first)):
        if not (one / name).exists():
            print(f"\n== {name}\n   only in {other}")
            return
    if name.endswith(".bin"):
        print(f"\n== {name}\n   the bytes differ")
        return
    lines = difflib.unified_diff(
        _text(first / name, html_whitespace).splitlines(),
        _text(second / name, html_whitespace).splitlines(),
        "before",
        "after",
        lineterm="",
        n=1,
    )
    print(f"\n== {name}")
    for number, line in enumerate(lines):
        if number == MAX_LINES:
            print("   …")
            break
        print("  ", _short(line))


def _short(line: str) -> str:
    return line if len(line) <= 600 else f"{line[:300]} … {line[-290:]}"

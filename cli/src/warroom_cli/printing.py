"""What the server answers, as text for a terminal. It is data: no control character passes."""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """``text`` without what a terminal would obey: colours, cursor moves, turned directions."""
    return _CONTROL.sub("", _ESCAPE.sub("", text))


def show(text: str) -> None:
    print(plain(text), flush=True)


def show_json(answer: Any) -> None:
    print(json.dumps(answer), flush=True)


def complain(text: str) -> None:
    print(f"warroom: {plain(text)}", file=sys.stderr, flush=True)


def outline(answer: Any) -> str:
    """Nested names and texts, indented; what is empty is left out."""
    return "\n".join(_lines(answer, ""))


def _lines(answer: Any, margin: str) -> Iterator[str]:
    if isinstance(answer, dict):
        for name, part in answer.items():
            yield from _named(name.replace("_", " "), part, margin)
    elif isinstance(answer, list):
        for part in answer:
            yield from _item(part, margin)
    else:
        yield from (f"{margin}{line}" for line in _as_text(answer).splitlines())


def _named(name: str, part: Any, margin: str) -> Iterator[str]:
    if part in (None, "", [], {}):
        return
    if isinstance(part, (dict, list)) or "\n" in _as_text(part):
        yield f"{margin}{name}:"
        yield from _lines(part, margin + "  ")
    else:
        yield f"{margin}{name}: {_as_text(part)}"


def _item(part: Any, margin: str) -> Iterator[str]:
    for number, line in enumerate(_lines(part, margin + "  ")):
        yield line if number else f"{margin}- {line[len(margin) + 2 :]}"


def _as_text(part: Any) -> str:
    if isinstance(part, bool):
        return "yes" if part else "no"
    return str(part)

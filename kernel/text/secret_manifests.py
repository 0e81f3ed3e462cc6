"""Every value of a Kubernetes Secret: its names tell nothing, its kind does."""

import re
from collections.abc import Iterator

from kernel.text.markers import CLOSE, OPEN, SecretKind

_KIND = re.compile(r"^[ \t]{0,40}kind:[ \t]{0,8}[\"']?Secret[\"']?[ \t]{0,8}\r?$", re.MULTILINE)
_DOCUMENT_END = re.compile(r"^---", re.MULTILINE)
_DATA = re.compile(r"^(?P<margin>[ \t]{0,40})(?:stringData|data):[ \t]{0,8}\r?$", re.MULTILINE)
_VALUE = re.compile(
    r"(?P<margin>[ \t]{1,80})[\"']?[\w.-]{1,128}[\"']?:[ \t]{1,8}(?P<value>\S[^\r\n]*+)"
)


def find(text: str) -> Iterator[tuple[int, int, SecretKind]]:
    """The values under ``data`` and ``stringData``, before and after the line of the kind."""
    done = 0
    for kind in _KIND.finditer(text):
        if kind.start() < done:
            continue
        begin = max(
            (end.end() for end in _DOCUMENT_END.finditer(text, done, kind.start())), default=done
        )
        after = _DOCUMENT_END.search(text, kind.end())
        done = after.start() if after else len(text)
        for data in _DATA.finditer(text, begin, done):
            yield from _values(text, data.end(), done, len(data["margin"]))


def _values(text: str, start: int, stop: int, margin: int) -> Iterator[tuple[int, int, SecretKind]]:
    for line in re.compile(r"[^\n]++").finditer(text, start, stop):
        if not line[0].strip():
            continue
        value = _VALUE.match(text, line.start(), line.end())
        if value is None or len(value["margin"]) <= margin:
            return
        if OPEN not in value["value"] and CLOSE not in value["value"]:
            yield *value.span("value"), SecretKind.SECRET

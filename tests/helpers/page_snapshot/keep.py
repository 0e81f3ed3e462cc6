"""Answers as files: one a request, with its status, the headers that matter, and its body."""

import gzip
import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from .placeholders import stable, static_names, without_keys

HEADERS = (
    "allow",
    "cache-control",
    "content-disposition",
    "content-language",
    "content-security-policy",
    "content-type",
    "etag",
    "hx-location",
    "hx-redirect",
    "hx-refresh",
    "hx-retarget",
    "hx-reswap",
    "hx-trigger",
    "last-modified",
    "link",
    "location",
    "referrer-policy",
    "vary",
    "x-frame-options",
    "x-robots-tag",
)
_TEXT = re.compile(r"text/|json|xml|javascript|calendar|x-shellscript")
MAX_NAME_LENGTH = 150


class Keeper:
    """Writes below one folder, and remembers which style sheets and scripts the pages name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.static: set[str] = set()
        self.count = 0

    def answer(self, where: str, name: str, asked: str, answer: Any, url: str = "") -> None:
        """A response of Django's test client."""
        # Iterating also takes content that comes asynchronously.
        body = b"".join(answer) if answer.streaming else answer.content
        headers = {key.lower(): value for key, value in answer.items()}
        for key, morsel in sorted(answer.cookies.items()):
            if key not in {"sessionid", "csrftoken"}:
                headers[f"set-cookie {key}"] = morsel.OutputString()
        self.raw(where, name, asked, answer.status_code, headers, body, url or asked.split()[-1])

    def raw(
        self,
        where: str,
        name: str,
        asked: str,
        status: int,
        headers: dict[str, str],
        body: bytes,
        url: str = "",
    ) -> None:
        kind, encoding = headers.get("content-type", ""), headers.get("content-encoding")
        if kind.startswith("text/html") and "etag" in headers:
            # A hash of bytes in which static names stand.
            headers = headers | {"etag": re.sub(r'"[^"]+"', '"<hash>"', headers["etag"])}
        kept = [f"{key}: {headers[key]}" for key in HEADERS if key in headers]
        kept += [f"{key}: {headers[key]}" for key in sorted(headers) if key.startswith("set-c")]
        if encoding:
            kept.append(f"content-encoding: {encoding}")
            body = _decoded(body, encoding)
        head = "\n".join([asked, f"status {status}", *kept, "", ""])
        path = self.folder / where / file_name(without_keys(name))
        if body[:4] == b"PK\x03\x04":
            self.text(path, head + _members(body), url)
        elif _TEXT.search(kind):
            self.text(path, head + body.decode(errors="replace"), url)
        else:
            digest = hashlib.sha256(body).hexdigest() if body else "empty"
            self.text(path, f"{head}{len(body)} bytes, sha256 {digest}\n", url)
            if body:
                path.with_name(f"{path.name}.bin").write_bytes(body)

    def text(self, path: Path, text: str, url: str = "") -> None:
        self.count += 1
        self.static |= static_names(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(stable(text, url), newline="")

    def write(self, where: str, text: str) -> None:
        self.text(self.folder / where, text)


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        import brotli

        plain: bytes = brotli.decompress(body)
        return plain
    return gzip.decompress(body)


def _members(body: bytes) -> str:
    """Of a zip, each member with its text or its hash."""
    parts = []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for info in archive.infolist():
            content = archive.read(info)
            try:
                shown = content.decode()
            except UnicodeDecodeError:
                shown = f"{len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}\n"
            parts.append(f"== {info.filename} {info.date_time}\n{shown}")
    return "\n".join(parts)


def file_name(text: str) -> str:
    name = (
        quote(unquote(text.lstrip("/")) or "index", safe="=&,+@~: ")
        .replace("%2F", "!")
        .replace("%3F", "~")
    )
    if len(name) > MAX_NAME_LENGTH:
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        name = f"{name[:MAX_NAME_LENGTH]}…{digest}"
    return f"{name}.txt"

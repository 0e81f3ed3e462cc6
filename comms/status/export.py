"""Export the whole status site as files to host elsewhere, with relative links.

Assets are written first and pages last, each file atomically, so that a reader never gets half a
file or a page whose stylesheet is missing.
"""

import os
import posixpath
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from comms.status.snapshot import Snapshot

type Write = Callable[[str, bytes], None]
"""Writes a file, named relative to the root of the site."""

ROOT = "/status/"
_IMPORT = re.compile(rb'^@import "([^"]+)"', re.MULTILINE)
_LINK = re.compile(rb'(?<= )(href|src|action|data-path)="(/[^"]*)"')


def export(snapshot: Snapshot, write: Write) -> int:
    """Write all files; returns how many. Files that are no longer served are not deleted."""
    files = {path: _file(path) for path in snapshot.bodies}
    pages = {path: body for path, body in snapshot.bodies.items() if body.page}
    assets = _assets(body.plain for body in pages.values())
    count = 0
    for name, content in assets.items():
        write(name, content)
        count += 1
    machines = {path: b.plain for path, b in snapshot.bodies.items() if not b.page}
    for path, content in machines.items():
        write(files[path], content)
    for path, body in sorted(pages.items(), key=lambda page: page[0] == ROOT):
        write(files[path], _relative(body.plain, files[path], files))
    return count + len(files)


def into(where: str) -> Write:
    """The writer for a folder, or with ``storage:NAME`` for one of Django's storages."""
    alias = where.removeprefix("storage:")
    return to_storage(storages[alias]) if alias != where else to_folder(Path(where))


def to_folder(folder: Path) -> Write:
    def write(name: str, content: bytes) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).chmod(0o644)
        Path(draft).replace(target)

    return write


def to_storage(storage: Storage) -> Write:
    """Works with any Django storage, including django-storages."""

    def write(name: str, content: bytes) -> None:
        if storage.exists(name):
            storage.delete(name)
        storage.save(name, ContentFile(content))

    return write


def _file(path: str) -> str:
    name = path.removeprefix(ROOT)
    return f"{name}index.html" if not name or name.endswith("/") else name


def _assets(pages: Iterable[bytes]) -> dict[str, bytes]:
    """The static files that the pages link to, by their exported name."""
    assets: dict[str, bytes] = {}
    for page in pages:
        for _, link in _LINK.findall(page):
            url, _ = urldefrag(link.decode())
            if url.startswith(settings.STATIC_URL):
                _add(url.removeprefix(settings.STATIC_URL), assets)
    return assets


def _add(name: str, assets: dict[str, bytes]) -> None:
    """The file and, where it is a stylesheet that was not joined, those that it imports."""
    if f"static/{name}" in assets:
        return
    content = assets[f"static/{name}"] = _read(name)
    if name.endswith(".css"):
        for part in _IMPORT.findall(content):
            _add(posixpath.join(posixpath.dirname(name), part.decode()), assets)


def _asset(url: str) -> str:
    return f"static/{url.removeprefix(settings.STATIC_URL)}"


def _read(name: str) -> bytes:
    if path := finders.find(name):
        return Path(path).read_bytes()
    with staticfiles_storage.open(name) as file:  # collected, under its hashed name
        return bytes(file.read())


def _relative(page: bytes, name: str, files: Mapping[str, str]) -> bytes:
    """Make links to exported files relative, and all others absolute to where Warroom runs."""

    def swap(match: "re.Match[bytes]") -> bytes:
        attribute, link = match[1].decode(), match[2].decode()
        if attribute == "data-path":
            return match[0]
        url, fragment = urldefrag(link)
        target = _asset(url) if url.startswith(settings.STATIC_URL) else files.get(url)
        if target is None:
            new = urljoin(settings.BASE_URL, link)
        else:
            new = posixpath.relpath(target, posixpath.dirname(name) or ".")
            new += f"#{fragment}" if fragment else ""
        return f'{attribute}="{new}"'.encode()

    return _LINK.sub(swap, page)

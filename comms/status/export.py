"""The whole status site as files, to be hosted elsewhere: the same bytes with relative links.

Assets are written first and pages last, each file at once, so that a reader never meets half of one
nor a page whose stylesheet is not there yet.
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
"""Puts a file, named relative to the root of the site, in its place."""

ROOT = "/status/"
_IMPORT = re.compile(rb'^@import "([^"]+)"', re.MULTILINE)
_LINK = re.compile(rb'(?<= )(href|src|action|data-path)="(/[^"]*)"')


def export(snapshot: Snapshot, write: Write) -> int:
    """Write all of it; returns how many files. What is no longer served is left where it is."""
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
    for path, body in sorted(pages.items(), key=lambda one: one[0] == ROOT):
        write(files[path], _relative(body.plain, files[path], files))
    return count + len(files)


def into(where: str) -> Write:
    """A folder, or with ``storage:NAME`` one of the storages in Django's settings."""
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
    """Any of Django's, so also those of django-storages."""

    def write(name: str, content: bytes) -> None:
        if storage.exists(name):
            storage.delete(name)
        storage.save(name, ContentFile(content))

    return write


def _file(path: str) -> str:
    name = path.removeprefix(ROOT)
    return f"{name}index.html" if not name or name.endswith("/") else name


def _assets(pages: Iterable[bytes]) -> dict[str, bytes]:
    """What the pages ask of our static files, by the name that it gets."""
    found: dict[str, bytes] = {}
    for page in pages:
        for _, link in _LINK.findall(page):
            url, _ = urldefrag(link.decode())
            if url.startswith(settings.STATIC_URL):
                _add(url.removeprefix(settings.STATIC_URL), found)
    return found


def _add(name: str, found: dict[str, bytes]) -> None:
    """The file and, where it is a stylesheet that was not joined, those that it imports."""
    if f"static/{name}" in found:
        return
    content = found[f"static/{name}"] = _read(name)
    if name.endswith(".css"):
        for part in _IMPORT.findall(content):
            _add(posixpath.join(posixpath.dirname(name), part.decode()), found)


def _asset(url: str) -> str:
    return f"static/{url.removeprefix(settings.STATIC_URL)}"


def _read(name: str) -> bytes:
    if path := finders.find(name):
        return Path(path).read_bytes()
    with staticfiles_storage.open(name) as file:  # collected, under its hashed name
        return bytes(file.read())


def _relative(page: bytes, name: str, files: Mapping[str, str]) -> bytes:
    """Links to what is exported become relative; all others lead to where Warroom runs."""

    def swap(found: "re.Match[bytes]") -> bytes:
        attribute, link = found[1].decode(), found[2].decode()
        if attribute == "data-path":
            return found[0]
        url, fragment = urldefrag(link)
        target = _asset(url) if url.startswith(settings.STATIC_URL) else files.get(url)
        if target is None:
            new = urljoin(settings.BASE_URL, link)
        else:
            new = posixpath.relpath(target, posixpath.dirname(name) or ".")
            new += f"#{fragment}" if fragment else ""
        return f'{attribute}="{new}"'.encode()

    return _LINK.sub(swap, page)

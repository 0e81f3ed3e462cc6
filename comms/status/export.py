"""Export the whole status site as files to host elsewhere, with relative links.

Assets are written first and pages last, each file atomically, so that a reader never gets half a
file or a page whose stylesheet is missing. Pages of incidents and windows that are no longer served
are deleted, also when writing fails: they may have been restricted or withdrawn.
"""

import os
import posixpath
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import urldefrag, urljoin

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from comms.status.snapshot import Snapshot


class Target(Protocol):
    """Where the site goes. Names of files are relative to the root of the site."""

    def write(self, name: str, content: bytes) -> None: ...

    def folders(self, name: str) -> list[str]:
        """The names of the folders in a folder, none when there is no such folder."""
        ...

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is no error."""
        ...


ROOT = "/status/"

OWN_FOLDERS = ("incidents", "maintenance")
"""Folders that hold a folder with a page for each public code, and nothing else."""

_CODE = re.compile(r"[a-z0-9]{12}")
_IMPORT = re.compile(rb'^@import "([^"]+)"', re.MULTILINE)
_LINK = re.compile(rb'(?<= )(href|src|action|data-path)="(/[^"]*)"')


def export(snapshot: Snapshot, target: Target) -> int:
    """Write all files and delete pages that are no longer served; returns how many were written."""
    files = {path: _file(path) for path in snapshot.bodies}
    try:
        return _write(snapshot, files, target.write)
    finally:
        _delete_withdrawn(frozenset(files.values()), target)


def _delete_withdrawn(served: frozenset[str], target: Target) -> None:
    for folder in OWN_FOLDERS:
        for code in target.folders(folder):
            page = f"{folder}/{code}/index.html"
            if _CODE.fullmatch(code) and page not in served:
                target.delete(page)


def _write(
    snapshot: Snapshot, files: Mapping[str, str], write: Callable[[str, bytes], None]
) -> int:
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


def into(where: str) -> Target:
    """A folder, or with ``storage:NAME`` one of Django's storages."""
    alias = where.removeprefix("storage:")
    return InStorage(storages[alias]) if alias != where else InFolder(Path(where))


class InFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, content: bytes) -> None:
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).chmod(0o644)
        Path(draft).replace(target)

    def folders(self, name: str) -> list[str]:
        folder = self._folder / name
        return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []

    def delete(self, name: str) -> None:
        page = self._folder / name
        page.unlink(missing_ok=True)
        with suppress(OSError):  # somebody has put more there
            page.parent.rmdir()


class InStorage:
    """Works with any Django storage that can list, as those of django-storages do."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def write(self, name: str, content: bytes) -> None:
        self.delete(name)
        self._storage.save(name, ContentFile(content))

    def folders(self, name: str) -> list[str]:
        try:
            return self._storage.listdir(name)[0]
        except FileNotFoundError:  # of a file system; a bucket has an empty list
            return []

    def delete(self, name: str) -> None:
        if self._storage.exists(name):
            self._storage.delete(name)


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

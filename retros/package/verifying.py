"""Checks a package's zip against its own manifest and its timeline's hashes, and, where the record
is at hand, against the record."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from incidents.timeline.chain import Link, Sealed, first_break
from retros.package.archive import CONTENT, MANIFEST, TIMELINE
from retros.package.collect import CAPTURED

READ_AT_ONCE = 1 << 20
LARGEST_MANIFEST = 32 << 20
LARGEST_READ = 512 << 20
"""Bytes of the content, and of the timeline, that are read at once."""


class Unreadable(Exception):
    """The file is no package at all; the sentence says why."""


def broken(path: Path) -> Iterator[str]:
    """A sentence for each thing in the zip that does not hold."""
    with _opened(path) as archive:
        found = _manifest(archive)
        yield from _files(archive, found["files"])
        yield from _timeline(archive, found)


def manifest_text(path: Path) -> str:
    """As it stands in the zip."""
    with _opened(path) as archive:
        _manifest(archive)
        return archive.read(MANIFEST).decode()


def manifest_of(path: Path) -> Mapping[str, Any]:
    with _opened(path) as archive:
        return _manifest(archive)


def last_of(path: Path) -> tuple[int, str]:
    """Number and hash of the last entry of its timeline."""
    with _opened(path) as archive:
        record = json.loads(archive.read(CONTENT))["record"]
        return record["entries"], record["last_hash"]


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise Unreadable(f"{path} cannot be read as a zip: {error}") from error


def _manifest(archive: zipfile.ZipFile) -> Mapping[str, Any]:
    try:
        if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise Unreadable("Its manifest is too large.")
        found = json.loads(archive.read(MANIFEST))
        if not isinstance(found, dict) or not isinstance(found["files"], dict):
            raise Unreadable("Its manifest names no files.")
        if not all(isinstance(one, dict) and "sha256" in one for one in found["files"].values()):
            raise Unreadable("Its manifest names files without their hashes.")
    except KeyError as error:
        raise Unreadable("It is no closure package: it has no manifest.") from error
    except ValueError as error:
        raise Unreadable("Its manifest cannot be read.") from error
    return found


def _files(archive: zipfile.ZipFile, wanted: Mapping[str, Any]) -> Iterator[str]:
    names = [info.filename for info in archive.infolist()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} is there more than once"
    for name in sorted(set(names) - set(wanted) - {MANIFEST}):
        yield f"{name} is not in the manifest"
    for name, said in wanted.items():
        if name not in names:
            yield f"{name} is missing"
        elif _hash(archive, name) != said["sha256"]:
            yield f"{name} was changed"


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    sha = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while data := file.read(READ_AT_ONCE):
                sha.update(data)
    except (zipfile.BadZipFile, EOFError):
        return ""
    return sha.hexdigest()


def _timeline(archive: zipfile.ZipFile, found: Mapping[str, Any]) -> Iterator[str]:
    """The chain of the timeline, up to the entry that the content names as its last."""
    try:
        content = json.loads(_small(archive, CONTENT))
        last = content["record"]["entries"], content["record"]["last_hash"]
        entries = [_sealed(json.loads(line)) for line in _small(archive, TIMELINE).splitlines()]
        paths = {one["reference"]: one["file"] for one in content["appendices"]["evidence"]}
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile):
        yield "its timeline cannot be read"
        return
    gap = first_break(entries, *last)
    if gap is not None:
        yield gap.sentence
    if any(f"INC-{one.link.incident}" != found.get("incident") for one in entries):
        yield "its timeline is that of another incident"
    yield from _evidence(paths, entries, found["files"])


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    """A file that has to be read whole. What unpacks to more than any package has is none."""
    if archive.getinfo(name).file_size > LARGEST_READ:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _evidence(
    paths: Mapping[str, str], entries: list[Sealed], files: Mapping[str, Any]
) -> Iterator[str]:
    """Each captured item lies in the zip with the hash that the timeline says."""
    for one in entries:
        if one.link.kind != CAPTURED:
            continue
        reference, path = one.link.subject, paths.get(one.link.subject, "")
        if files.get(path, {}).get("sha256") != one.link.data.get("sha256"):
            yield f"{reference} is not what the timeline says was captured"


def _sealed(said: Mapping[str, Any]) -> Sealed:
    kind, name, actor = said["actor"]
    link = Link(
        incident=said["incident"],
        seq=said["seq"],
        kind=said["kind"],
        at=datetime.fromisoformat(said["at"]),
        actor_kind=kind,
        actor_name=name,
        actor_id=actor,
        lane=said["lane"],
        subject=said["subject"],
        data=said["data"],
        amends=said["amends"],
    )
    return Sealed(link, said["previous"], said["hash"])

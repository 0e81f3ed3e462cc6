"""Checks a package's zip against its own manifest and its timeline's hashes, and, where the record
is at hand, against the record."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from incidents.timeline.chain import Link, Sealed, first_break
from retros.package.archive import ANCHOR, CONTENT, MANIFEST, TIMELINE
from retros.package.collect import CAPTURED_KIND

READ_BYTES = 1 << 20
MAX_MANIFEST_BYTES = 32 << 20
MAX_FILE_BYTES = 512 << 20
"""The largest content, and the largest timeline, that are read into memory."""


DAMAGE = (
    *(OSError, EOFError, zipfile.BadZipFile, zlib.error),
    *(KeyError, TypeError, AttributeError, ValueError, RuntimeError),
)
"""What reading raises where a file is no package of ours, or was cut off, encrypted or edited."""


class Unreadable(Exception):
    """The file is no package at all; the sentence says why."""


def problems(path: Path) -> Iterator[str]:
    """A sentence for each problem of the zip."""
    with _opened(path) as archive:
        manifest = _manifest(archive)
        yield from _files(archive, manifest["files"])
        yield from _timeline(archive, manifest)


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
        if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
            raise Unreadable("Its manifest is too large.")
        manifest = json.loads(archive.read(MANIFEST))
        if not isinstance(manifest, dict) or not isinstance(manifest["files"], dict):
            raise Unreadable("Its manifest names no files.")
        if not all(
            isinstance(file, dict) and "sha256" in file for file in manifest["files"].values()
        ):
            raise Unreadable("Its manifest names files without their hashes.")
    except KeyError as error:
        raise Unreadable("It is no closure package: it has no manifest.") from error
    except ValueError as error:
        raise Unreadable("Its manifest cannot be read.") from error
    return manifest


def _files(archive: zipfile.ZipFile, listed_files: Mapping[str, Any]) -> Iterator[str]:
    names = [info.filename for info in archive.infolist()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} is there more than once"
    for name in sorted(set(names) - set(listed_files) - {MANIFEST, ANCHOR}):
        yield f"{name} is not in the manifest"
    for name, file in listed_files.items():
        if name not in names:
            yield f"{name} is missing"
        elif _hash(archive, name) != file["sha256"]:
            yield f"{name} was changed"


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    sha = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while data := file.read(READ_BYTES):
                sha.update(data)
    except (zipfile.BadZipFile, EOFError):
        return ""
    return sha.hexdigest()


def _timeline(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> Iterator[str]:
    """The chain of the timeline, up to the entry that the content names as its last."""
    try:
        content = json.loads(_read_whole(archive, CONTENT))
        last = content["record"]["entries"], content["record"]["last_hash"]
        entries = [
            _sealed(json.loads(line)) for line in _read_whole(archive, TIMELINE).splitlines()
        ]
        evidence = content["appendices"]["evidence"]
        paths = {row["reference"]: row["file"] for row in evidence}
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile):
        yield "its timeline cannot be read"
        return
    gap = first_break(entries, *last)
    if gap is not None:
        yield gap.sentence
    if any(f"INC-{entry.link.incident}" != manifest.get("incident") for entry in entries):
        yield "its timeline is that of another incident"
    yield from _evidence(paths, entries, manifest["files"])


def _read_whole(archive: zipfile.ZipFile, name: str) -> bytes:
    """A file that has to be read whole; one larger than any package has is refused."""
    if archive.getinfo(name).file_size > MAX_FILE_BYTES:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _evidence(
    paths: Mapping[str, str], entries: list[Sealed], files: Mapping[str, Any]
) -> Iterator[str]:
    """Check that all captured evidence is in the zip, with the hash that the timeline names."""
    for entry in entries:
        if entry.link.kind != CAPTURED_KIND:
            continue
        reference, path = entry.link.subject, paths.get(entry.link.subject, "")
        if files.get(path, {}).get("sha256") != entry.link.data.get("sha256"):
            yield f"{reference} is not what the timeline says was captured"


def _sealed(line: Mapping[str, Any]) -> Sealed:
    kind, name, actor = line["actor"]
    link = Link(
        incident=line["incident"],
        seq=line["seq"],
        kind=line["kind"],
        at=datetime.fromisoformat(line["at"]),
        actor_kind=kind,
        actor_name=name,
        actor_id=actor,
        lane=line["lane"],
        subject=line["subject"],
        data=line["data"],
        amends=line["amends"],
    )
    return Sealed(link, line["previous"], line["hash"])

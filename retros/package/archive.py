"""The zip: every form of the package, the evidence, the timeline, and a manifest of hashes.

It is written while it is sent, and has the same bytes each time: its parts never change, and its
dates are the time of the sealing.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from incidents.models import Evidence, TimelineEntry
from incidents.timeline.verify import sealed
from retros.models import Package
from retros.package import markdown
from retros.package.bundle import script
from retros.package.canonical import canonical, digest
from retros.package.collect import archive_path, evidence_of
from retros.package.picture import svg

MANIFEST = "manifest.json"
ANCHOR = "anchor.json"
"""Beside the manifest and not in it: it is signed over the manifest's hash."""

TIMELINE = "timeline.jsonl"
CONTENT = "package.json"
PDF = "package.pdf"

EVIDENCE_BATCH_SIZE = 5
"""Items of evidence in memory at once: each may have 10 MiB."""
ENTRY_BATCH_SIZE = 500

type Parts = Iterator[tuple[str, bytes]]


def parts(package: Package, content: str, pdf: bytes) -> Parts:
    """Each file by its path, small ones first; the timeline and the evidence from the record."""
    package_content = json.loads(content)
    yield CONTENT, content.encode()
    yield "package.md", markdown.markdown(package_content).encode()
    yield PDF, pdf
    yield "picture.svg", svg(package_content["picture"]["wide"]).encode()
    yield "bundle.sh", script(package_content).encode()
    yield TIMELINE, b"".join(_timeline(package))
    sealed_paths = {
        row["reference"]: row["file"] for row in package_content["appendices"]["evidence"]
    }
    yield from _evidence(package, sealed_paths)


def _timeline(package: Package) -> Iterator[bytes]:
    """One line an entry, with all that its hash is over."""
    rows = TimelineEntry.objects.filter(incident=package.incident, seq__lte=package.closing.seq)
    for row in rows.select_related("amends").order_by("seq").iterator(chunk_size=ENTRY_BATCH_SIZE):
        entry = sealed(row)
        link = entry.link
        line = {
            "incident": link.incident,
            "seq": link.seq,
            "kind": link.kind,
            "at": link.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": [link.actor_kind, link.actor_name, link.actor_id],
            "lane": link.lane,
            "subject": link.subject,
            "data": link.data,
            "amends": link.amends,
            "previous": entry.previous,
            "hash": entry.hash,
        }
        yield canonical(line).encode() + b"\n"


def _evidence(package: Package, sealed_paths: Mapping[str, str]) -> Parts:
    """Under the names that were sealed: how a name is made may have changed since."""
    rows = evidence_of(package).select_related("file")
    for evidence in rows.iterator(chunk_size=EVIDENCE_BATCH_SIZE):
        yield (
            sealed_paths.get(evidence.reference) or archive_path(evidence),
            bytes(evidence.file.content) if evidence.file_name else _text(evidence).encode(),
        )


def _text(evidence: Evidence) -> str:
    return evidence.text or evidence.url


def manifest(
    package: Package, contents: Parts, made_at: datetime, on_progress: Callable[[int], None]
) -> str:
    """Names, sizes and hashes of every file. ``on_progress`` gets how many were hashed."""
    files = {}
    for number, (name, data) in enumerate(contents, start=1):
        files[name] = {"bytes": len(data), "sha256": digest(data)}
        on_progress(number)
    about = {
        "format": "warroom-package-zip/1",
        "incident": package.incident.reference,
        "version": package.number,
        "made_at": made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "entries": package.closing.seq,
        "files": files,
    }
    return json.dumps(about, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


class _ZipBuffer:
    """The file that a zip is written to, and taken from in pieces."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered elsewhere."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        data, self._written = b"".join(self._written), []
        return data


def zip_pieces(package: Package) -> Iterator[bytes]:
    """The zip in pieces; one item of evidence at a time is in memory."""
    assert package.made_at is not None
    files = parts(package, package.content, bytes(package.pdf))
    first = [(MANIFEST, package.manifest.encode())]
    if package.anchor:
        first.append((ANCHOR, package.anchor.encode()))
    yield from _zip(first, files, package.made_at)


def _zip(first: Iterable[tuple[str, bytes]], rest: Parts, at: datetime) -> Iterator[bytes]:
    buffer = _ZipBuffer()
    stamp = at.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for files in (first, rest):
            for name, data in files:
                info = zipfile.ZipInfo(name, stamp)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
                archive.writestr(info, data)
                yield buffer.take()
    yield buffer.take()

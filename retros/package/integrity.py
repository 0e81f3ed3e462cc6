"""Whether a package is still what was sealed: asked before every page and file of it."""

import json
from collections.abc import Iterator

from incidents.models import TimelineEntry
from retros.models import Package
from retros.package.archive import CONTENT, PDF
from retros.package.canonical import digest


def content_problem(package: Package) -> str:
    """Why the content of a made package is not what was sealed, or "". One query."""
    return next(_of_content(package, _sealed(package)), "")


def problem(package: Package) -> str:
    """The same for all that is stored of it: content, PDF and manifest."""
    sealed = _sealed(package)
    return next(_of_content(package, sealed), "") or next(_of_files(package, sealed), "")


def _sealed(package: Package) -> dict[str, str]:
    """What its entry on the timeline says; empty where there is none any more."""
    rows = TimelineEntry.objects.filter(incident=package.incident_id, kind="package.made")
    found = rows.filter(data__number=package.number).values_list("data", flat=True)
    data: dict[str, str] | None = found.first()
    return data or {}


def _of_content(package: Package, sealed: dict[str, str]) -> Iterator[str]:
    if digest(package.content) != package.sha256:
        yield "its content does not have the hash that stands with it"
    if package.sha256 != sealed.get("sha256"):
        yield "its hash is not the one on the timeline"


def _of_files(package: Package, sealed: dict[str, str]) -> Iterator[str]:
    # Entries from before have no hash of the manifest.
    if digest(package.manifest) != sealed.get("manifest", digest(package.manifest)):
        yield "its manifest is not the one that was sealed"
    try:
        files = json.loads(package.manifest)["files"]
        expected = {name: files[name]["sha256"] for name in (CONTENT, PDF)}
    except (ValueError, KeyError, TypeError):
        yield "its manifest cannot be read"
        return
    if digest(package.content) != expected[CONTENT]:
        yield "its content is not the one of its manifest"
    if digest(bytes(package.pdf)) != expected[PDF]:
        yield "its PDF is not the one of its manifest"

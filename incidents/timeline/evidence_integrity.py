"""Checks that evidence has not changed since it was captured.

The timeline has the hash of each item and is itself a chain of hashes, so rows are compared with
the timeline: changing both content and hash of a row is detected too.
"""

import hashlib
from collections.abc import Iterator

from incidents.models import Evidence, Incident, TimelineEntry

BATCH_SIZE = 5
"""Items in memory: a file holds up to 10 MiB."""


def broken_items(incident: Incident) -> Iterator[str]:
    """A sentence for each item that was changed or removed, in order."""
    recorded = dict(
        TimelineEntry.objects.filter(incident=incident, kind="evidence.captured").values_list(
            "subject", "data__sha256"
        )
    )
    items = Evidence.objects.filter(incident=incident).select_related("file").order_by("number")
    for item in items.iterator(chunk_size=BATCH_SIZE):
        if problem := _problem(item, recorded.pop(item.reference, None)):
            yield f"{item.reference} {problem}"
    for reference in recorded:
        yield f"{reference} is missing"


def _problem(item: Evidence, recorded: str | None) -> str:
    content = _content(item)
    if recorded is None:
        return "is not on the timeline"
    if content is None:
        return "has lost its file"
    if hashlib.sha256(content).hexdigest() != recorded:
        return "holds something else than was captured"
    if item.sha256 != recorded or item.size != len(content):
        return "says another hash or size than its content has"
    return ""


def _content(item: Evidence) -> bytes | None:
    """The content that was hashed at capture; None when its file is missing."""
    if not item.file_name:
        return (item.text or item.url).encode()
    return bytes(item.file.content) if hasattr(item, "file") else None

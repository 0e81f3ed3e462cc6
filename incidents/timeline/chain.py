"""The hash chain of a timeline. Pure: entries in, hashes out."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

ROWS_VERSION = 1
"""Of the encoding of rows; ``coverage`` says how a column becomes its digest."""


@dataclass(frozen=True, slots=True)
class Link:
    """The hashed parts of an entry. ``amends`` is the sequence number of the entry it corrects."""

    incident: int
    seq: int
    kind: str
    at: datetime
    actor_kind: str
    actor_name: str
    actor_id: int | None
    lane: str
    subject: str
    data: Mapping[str, Any]
    amends: int | None


@dataclass(frozen=True, slots=True)
class Sealed:
    link: Link
    previous: str
    hash: str


def seal(link: Link, previous: str) -> str:
    """SHA-256, in hex, over the canonical JSON of the entry and the hash before it (or "")."""
    content = {
        "incident": link.incident,
        "seq": link.seq,
        "kind": link.kind,
        "at": link.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": [link.actor_kind, link.actor_name, link.actor_id],
        "lane": link.lane,
        "subject": link.subject,
        "data": link.data,
        "amends": link.amends,
        "previous": previous,
    }
    return _hash(content)


def seal_rows(
    incident: int, number: int, seq: int, entry_hash: str, rows: Mapping[str, Any], previous: str
) -> str:
    """SHA-256, in hex, over the digests of rows, the entry they belong to, and the seal before."""
    content = {
        "version": ROWS_VERSION,
        "incident": incident,
        "number": number,
        "seq": seq,
        "entry": entry_hash,
        "rows": rows,
        "previous": previous,
    }
    return _hash(content)


def _hash(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry at which a chain no longer holds, and why."""

    seq: int
    sentence: str


def first_break(entries: Iterable[Sealed], last_seq: int, last_hash: str) -> Break | None:
    """Walk a timeline in order of sequence; ``last_*`` is its end as stored with the incident."""
    previous, seq = "", 0
    for entry in entries:
        seq += 1
        if entry.link.seq != seq:
            return Break(seq, f"entry #{seq} is missing")
        if entry.previous != previous:
            return Break(seq, f"entry #{seq} does not follow the entry before it")
        if entry.hash != seal(entry.link, previous):
            return Break(seq, f"entry #{seq} was changed after it was written")
        previous = entry.hash
    if seq != last_seq:
        return Break(seq + 1, f"entry #{seq + 1} is missing from the end")
    if previous != last_hash:
        return Break(seq, f"entry #{seq} is not the one that the incident remembers as its last")
    return None

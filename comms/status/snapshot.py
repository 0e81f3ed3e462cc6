"""The status page as bytes, rendered once per change.

A snapshot holds the bodies of every path, ready to send: plain, gzip and Brotli, with a hash for
the ETag. Packed, it is one value in Valkey that a process of another version can read or reject.
"""

import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

import brotli
import msgpack

from comms.status import formats
from comms.status.facts import site
from comms.status.formats import Rendered
from comms.status.parts import Parts
from comms.status.view_models import Site
from comms.vocabulary import Audience

SHAPE = 2
"""The version of the packed format; another one is not read."""

MINUTE = timedelta(minutes=1)
"""The maximum age of a snapshot before it is rendered again."""

STALE_MARK = b"<!--stale-->"
"""Marks where a page says that it could not be updated."""


@dataclass(frozen=True, slots=True)
class Body:
    """``hash`` is of ``plain``; ``page`` tells HTML from the formats for machines.

    ``modified``, in seconds since 1970, never goes back and is never the same for other bytes, so
    that who asks by time alone (``If-Modified-Since``) does not miss a change within a second, or
    one that takes something away.
    """

    content_type: str
    page: bool
    hash: str
    plain: bytes
    gzip: bytes
    br: bytes
    modified: int


class Failure(TypedDict):
    """Of a part that could not be rendered: since when (ISO 8601), and why."""

    since: str
    error: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``version`` is the change up to which it is rendered, ``print`` a fingerprint of its content.

    ``changed_at`` is when the content last changed; ``as_of`` when it was last rendered. ``parts``
    are what the next rendering falls back on (see ``Parts``), ``failures`` what this one did not
    render, by path or part; ``codes`` those of the incidents and windows that it may show.
    """

    version: int
    as_of: datetime
    changed_at: datetime
    print: str
    bodies: Mapping[str, Body]
    parts: Mapping[str, Any] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    codes: Sequence[str] = ()


def make(version: int, now: datetime, last: Snapshot | None = None) -> Snapshot:
    """Render the public site as of ``now``. What fails is served as ``last`` has it."""
    public_site = site(Audience.PUBLIC, now)
    codes = public_site.codes
    gone = set(last.codes) - set(codes) if last else set()
    parts = Parts(last.parts if last else {})
    bodies: dict[str, Body] = {}
    for rendered in formats.render(public_site, parts):
        try:
            before = last.bodies.get(rendered.path) if last else None
            bodies[rendered.path] = _body(rendered, before, now)
        except Exception as error:  # noqa: BLE001  (one path may not stop the others)
            parts.note(rendered.path, error)
            if body := _last_body(rendered.path, last, gone):
                bodies[rendered.path] = body
    for path in last.bodies if last and not parts.are_all_paths_known else ():
        if path not in bodies and (body := _last_body(path, last, gone)):
            bodies[path] = body
    return Snapshot(
        version,
        now,
        public_site.changed_at,
        fingerprint(public_site),
        bodies,
        parts.built,
        _failures(parts.errors, last, now),
        codes,
    )


def _last_body(path: str, last: Snapshot | None, gone: Iterable[str]) -> Body | None:
    """What was served last, unless it shows something that readers may no longer see."""
    body = last.bodies.get(path) if last else None
    if body is None or any(code.encode() in body.plain for code in gone):
        return None
    return body


def _failures(
    errors: Mapping[str, str], last: Snapshot | None, now: datetime
) -> dict[str, Failure]:
    before = last.failures if last else {}
    return {
        name: Failure(
            since=before[name]["since"] if name in before else now.isoformat(), error=error
        )
        for name, error in errors.items()
    }


def fingerprint(site: Site) -> str:
    """A hash of the content without the time of rendering.

    An overdue promise is shown differently, so it changes the fingerprint.
    """
    late = [
        incident.code
        for incident in site.active
        if incident.next_at and incident.next_at < site.as_of
    ]
    timeless = replace(site, as_of=datetime.min.replace(tzinfo=UTC))
    return hashlib.sha256(repr((timeless, late)).encode()).hexdigest()[:20]


def _body(rendered: Rendered, before: Body | None, now: datetime) -> Body:
    content = rendered.content
    hash_ = hashlib.sha256(content).hexdigest()[:20]
    if before and (before.hash, before.content_type) == (hash_, rendered.content_type):
        return before
    return Body(
        rendered.content_type,
        rendered.is_page,
        hash_,
        content,
        gzip.compress(content, 6, mtime=0),
        brotli.compress(content, quality=6),
        max(int(now.timestamp()), before.modified + 1 if before else 0),
    )


def pack(snapshot: Snapshot) -> bytes:
    rows = {path: astuple(body) for path, body in snapshot.bodies.items()}
    times = (snapshot.as_of.isoformat(), snapshot.changed_at.isoformat())
    rest = (snapshot.print, rows, snapshot.parts, snapshot.failures, snapshot.codes)
    return msgpack.packb((SHAPE, snapshot.version, *times, *rest))


def unpack(packed: bytes | None) -> Snapshot | None:
    """None if there is none, or it has another format: then it is rendered anew."""
    if not packed:
        return None
    shape, *rest = msgpack.unpackb(packed)
    if shape != SHAPE:
        return None
    version, as_of, changed_at, print_, rows, parts, failures, codes = rest
    return Snapshot(
        version,
        datetime.fromisoformat(as_of),
        datetime.fromisoformat(changed_at),
        print_,
        {path: Body(*row) for path, row in rows.items()},
        parts,
        failures,
        codes,
    )

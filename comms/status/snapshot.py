"""The status page as bytes, rendered once per change.

A snapshot holds the bodies of every path, ready to send: plain, gzip and Brotli, with a hash for
the ETag. Packed, it is one value in Valkey that a process of another version can read or reject.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta

import brotli
import msgpack

from comms.status import formats
from comms.status.facts import site
from comms.status.formats import Rendered
from comms.status.view_models import Site
from comms.vocabulary import Audience

SHAPE = 1
"""The version of the packed format; another one is not read."""

MINUTE = timedelta(minutes=1)
"""The maximum age of a snapshot before it is rendered again."""

STALE_MARK = b"<!--stale-->"
"""Marks where a page says that it could not be updated."""


@dataclass(frozen=True, slots=True)
class Body:
    """``hash`` is of ``plain``; ``page`` tells HTML from the formats for machines."""

    content_type: str
    page: bool
    hash: str
    plain: bytes
    gzip: bytes
    br: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``version`` is the change up to which it is rendered, ``print`` a fingerprint of its content.

    ``changed_at`` is when the content last changed; ``as_of`` when it was last rendered.
    """

    version: int
    as_of: datetime
    changed_at: datetime
    print: str
    bodies: Mapping[str, Body]


def make(version: int, now: datetime) -> Snapshot:
    """Render the public site as of ``now``."""
    public_site = site(Audience.PUBLIC, now)
    return Snapshot(
        version, now, public_site.changed_at, fingerprint(public_site), bodies(public_site)
    )


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


def bodies(site: Site) -> dict[str, Body]:
    return {rendered.path: _body(rendered) for rendered in formats.render(site)}


def _body(rendered: Rendered) -> Body:
    return Body(
        rendered.content_type,
        rendered.is_page,
        hashlib.sha256(rendered.content).hexdigest()[:20],
        rendered.content,
        gzip.compress(rendered.content, 6, mtime=0),
        brotli.compress(rendered.content, quality=6),
    )


def pack(snapshot: Snapshot) -> bytes:
    rows = {path: astuple(body) for path, body in snapshot.bodies.items()}
    times = (snapshot.as_of.isoformat(), snapshot.changed_at.isoformat())
    return msgpack.packb((SHAPE, snapshot.version, *times, snapshot.print, rows))


def unpack(packed: bytes | None) -> Snapshot | None:
    """None if there is none, or it has another format: then it is rendered anew."""
    if not packed:
        return None
    shape, *rest = msgpack.unpackb(packed)
    if shape != SHAPE:
        return None
    version, as_of, changed_at, print_, rows = rest
    return Snapshot(
        version,
        datetime.fromisoformat(as_of),
        datetime.fromisoformat(changed_at),
        print_,
        {path: Body(*row) for path, row in rows.items()},
    )

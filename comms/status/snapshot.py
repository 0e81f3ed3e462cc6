"""The status page as bytes: rendered once a change, kept as it is sent.

A snapshot holds every path with its bodies, ready to go: plain, gzip and Brotli, with an ETag of
the content. Packed, it is one value in Valkey that any process of any version can read or refuse.
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
"""Of the packed value; another one is not read."""

MINUTE = timedelta(minutes=1)
"""How old what readers see may become without a look whether it still is so."""

STALE_MARK = b"<!--stale-->"
"""Where a page says that it could not be renewed."""


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
    """``version`` is the change up to which it is rendered, ``print`` what it says, as a hash.

    ``changed_at`` is when that was last published; ``as_of`` when it was last found to be so.
    """

    version: int
    as_of: datetime
    changed_at: datetime
    print: str
    bodies: Mapping[str, Body]


def make(version: int, now: datetime) -> Snapshot:
    """Render the public site as it stands."""
    found = site(Audience.PUBLIC, now)
    return Snapshot(version, now, found.changed_at, fingerprint(found), bodies(found))


def fingerprint(found: Site) -> str:
    """Of all that readers are told but the time at which it was looked up.

    A promise that has passed by then reads differently, so it is another print.
    """
    late = [one.code for one in found.active if one.next_at and one.next_at < found.as_of]
    said = replace(found, as_of=datetime.min.replace(tzinfo=UTC))
    return hashlib.sha256(repr((said, late)).encode()).hexdigest()[:20]


def bodies(found: Site) -> dict[str, Body]:
    return {one.path: _body(one) for one in formats.render(found)}


def _body(one: Rendered) -> Body:
    return Body(
        one.content_type,
        one.is_page,
        hashlib.sha256(one.content).hexdigest()[:20],
        one.content,
        gzip.compress(one.content, 6, mtime=0),
        brotli.compress(one.content, quality=6),
    )


def pack(snapshot: Snapshot) -> bytes:
    rows = {path: astuple(body) for path, body in snapshot.bodies.items()}
    times = (snapshot.as_of.isoformat(), snapshot.changed_at.isoformat())
    return msgpack.packb((SHAPE, snapshot.version, *times, snapshot.print, rows))


def unpack(packed: bytes | None) -> Snapshot | None:
    """None when there is none, or one of another shape: then it is rendered anew."""
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

"""Bodies as they are answered: all headers made beforehand, one answer an encoding."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import brotli
from django.conf import settings
from django.utils.csp import build_policy
from django.utils.http import http_date

from comms.status import raw_response
from comms.status.snapshot import STALE_MARK, Body, Snapshot

type Event = dict[str, Any]
type Header = tuple[bytes, bytes]

CACHE = b"public, max-age=10, stale-while-revalidate=60, stale-if-error=86400"
"""Ten seconds of a crowd cost one request; behind a CDN an outage of ours is not theirs."""

STALE_CACHE = b"public, max-age=5, stale-if-error=86400"

MISSING = "/status/404.html"
"""The page that is answered for an address of ours that says nothing; always as not found."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response as ASGI events, and its headers as they go over the wire."""

    status: int
    header_lines: bytes
    start: Event
    body: Event

    async def send(self, send: Any) -> None:
        content = self.body["body"]
        if not raw_response.write_response(send, self.status, self.header_lines, content):
            await send(self.start)
            await send(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a GET is answered (200, or the one 404), a HEAD, and who has this body already (304)."""

    get: Response
    head: Response
    unchanged: Response
    etag: bytes


@dataclass(frozen=True, slots=True)
class Answers:
    """One path in each encoding that a reader may take."""

    br: Answer
    gzip: Answer
    plain: Answer

    def pick(self, accepts: bytes) -> Answer:
        """The smallest that the reader takes. A quality of 0 is not seen: nobody sends it."""
        if b"br" in accepts:
            return self.br
        return self.gzip if b"gzip" in accepts else self.plain


def of(snapshot: Snapshot) -> dict[str, Answers]:
    return {path: _answers(path, body, snapshot, CACHE) for path, body in snapshot.bodies.items()}


def of_stale(snapshot: Snapshot, notice: bytes) -> dict[str, Answers]:
    """The same, where each page says that it could not be renewed."""
    return {
        path: _answers(path, _stale(body, notice) if body.page else body, snapshot, STALE_CACHE)
        for path, body in snapshot.bodies.items()
    }


def _stale(body: Body, notice: bytes) -> Body:
    plain = body.plain.replace(STALE_MARK, notice, 1)
    compressed = brotli.compress(plain, quality=4)
    # Who takes no Brotli reads it plain: it is made in the middle of an outage.
    return replace(body, hash=f"{body.hash}s", plain=plain, gzip=b"", br=compressed)


def _answers(path: str, body: Body, snapshot: Snapshot, cache: bytes) -> Answers:
    status = 404 if path == MISSING else 200
    shared = _headers(body, snapshot, cache)
    plain = _answer(status, shared, body.hash, body.plain)
    gzipped = _answer(status, shared, f"{body.hash}-gz", body.gzip, b"gzip")
    return Answers(
        br=_answer(status, shared, f"{body.hash}-br", body.br, b"br"),
        gzip=gzipped if body.gzip else plain,
        plain=plain,
    )


def _answer(
    status: int, shared: list[Header], tag: str, content: bytes, encoding: bytes = b""
) -> Answer:
    etag = f'"{tag}"'.encode()
    headers = [*shared, (b"etag", etag)]
    described = [*headers, (b"content-length", str(len(content)).encode())]
    if encoding:
        described.append((b"content-encoding", encoding))
    return Answer(
        get=_response(status, described, content),
        head=_response(status, described, b""),
        unchanged=_response(304, headers, b""),
        etag=etag,
    )


def _response(status: int, headers: list[Header], content: bytes) -> Response:
    return Response(
        status,
        raw_response.join_headers(headers),
        start={"type": "http.response.start", "status": status, "headers": headers},
        body={"type": "http.response.body", "body": content},
    )


def _headers(body: Body, snapshot: Snapshot, cache: bytes) -> list[Header]:
    modified = snapshot.as_of if body.page else snapshot.changed_at
    headers = {
        "content-type": body.content_type,
        "last-modified": _date(modified),
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
        "referrer-policy": settings.SECURE_REFERRER_POLICY,
        "cross-origin-opener-policy": "same-origin",
    }
    if body.page:
        headers["content-security-policy"] = build_policy(settings.SECURE_CSP)
        headers["x-frame-options"] = settings.X_FRAME_OPTIONS
    else:
        headers["access-control-allow-origin"] = "*"
    return [*_encoded(headers), (b"cache-control", cache)]


def _date(moment: datetime) -> str:
    return http_date(moment.timestamp())


def _encoded(headers: Mapping[str, str]) -> list[Header]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

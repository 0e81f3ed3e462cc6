"""Bodies as they are answered: all headers made beforehand, one answer an encoding."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import brotli
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.csp import build_policy
from django.utils.http import http_date, parse_http_date_safe

from comms.status import raw_response
from comms.status.snapshot import STALE_MARK, Body, Snapshot

type Event = dict[str, Any]
type Header = tuple[bytes, bytes]

CACHE = b"public, max-age=10, stale-while-revalidate=60, stale-if-error=86400"
"""Ten seconds of a crowd cost one request; behind a CDN an outage of ours is not theirs."""

STALE_CACHE = b"public, max-age=5, stale-if-error=86400"

ALLOWED = "GET, HEAD, OPTIONS"
METHOD_NOT_ALLOWED = 405

CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag",
}
"""For what is no page: anybody's page may read it, and ask again with the ETag."""

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
    """One path in each encoding that a reader may take; ``modified`` as ``Body`` has it."""

    br: Answer
    gzip: Answer
    plain: Answer
    modified: int

    def pick(self, accepts: bytes) -> Answer:
        """The smallest that the reader takes."""
        encoding = preferred_encoding(accepts)
        if encoding == "br":
            return self.br
        return self.gzip if encoding == "gzip" else self.plain


@lru_cache(maxsize=256)
def preferred_encoding(accepts: bytes) -> str:
    """``br``, ``gzip`` or ``""`` for an ``Accept-Encoding``; what has quality 0 is not taken."""
    qualities: dict[str, float] = {}
    for choice in accepts.decode("latin-1").lower().split(","):
        name, *parameters = (part.strip() for part in choice.split(";"))
        qualities[name] = 1.0
        for parameter in parameters:
            if parameter.replace(" ", "").startswith("q="):
                qualities[name] = _quality(parameter.partition("=")[2])
    anything = qualities.get("*", 0.0)
    br = qualities.get("br", anything)
    gzip = qualities.get("gzip", qualities.get("x-gzip", anything))
    if br > 0 and br >= gzip:
        return "br"
    return "gzip" if gzip > 0 else ""


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


@lru_cache(maxsize=1024)
def is_unmodified(since: bytes, modified: int) -> bool:
    """Whether ``If-Modified-Since`` names a time at or after that; false for what is no date."""
    seconds = parse_http_date_safe(since.decode("latin-1"))
    return seconds is not None and seconds >= modified


def of(snapshot: Snapshot) -> dict[str, Answers]:
    """A page that could not be rendered for a while says since when it is the same."""
    answers = {}
    for path, body in snapshot.bodies.items():
        failure = snapshot.failures.get(path) if body.page else None
        since = datetime.fromisoformat(failure["since"]) if failure else snapshot.as_of
        if snapshot.as_of - since > settings.STATUS_STALE_AFTER:
            kept = _stale(body, stale_notice(since))
            answers[path] = _answers(path, kept, snapshot, STALE_CACHE)
        else:
            answers[path] = _answers(path, body, snapshot, CACHE)
    return answers


def stale_notice(as_of: datetime) -> bytes:
    return render_to_string("comms/status/_stale.html", {"as_of": as_of}).strip().encode()


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
    return replace(
        body,
        hash=f"{body.hash}s",
        plain=plain,
        gzip=b"",
        br=compressed,
        modified=body.modified + 1,
    )


def _answers(path: str, body: Body, snapshot: Snapshot, cache: bytes) -> Answers:
    status = 404 if path == MISSING else 200
    shared = _headers(body, snapshot, cache)
    plain = _answer(status, shared, body.hash, body.plain)
    gzipped = _answer(status, shared, f"{body.hash}-gz", body.gzip, b"gzip")
    return Answers(
        br=_answer(status, shared, f"{body.hash}-br", body.br, b"br"),
        gzip=gzipped if body.gzip else plain,
        plain=plain,
        modified=body.modified,
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
    headers = {
        "content-type": body.content_type,
        "last-modified": http_date(body.modified),
        "vary": "Accept-Encoding",
    } | _security()
    if body.page:
        headers["content-security-policy"] = build_policy(settings.SECURE_CSP)
        headers["x-frame-options"] = settings.X_FRAME_OPTIONS
    else:
        headers |= CORS
    return [*_encoded(headers), (b"cache-control", cache)]


def _security() -> dict[str, str]:
    """As Django's own middleware sets it on every other page."""
    headers = {
        "x-content-type-options": "nosniff",
        "referrer-policy": settings.SECURE_REFERRER_POLICY,
        "cross-origin-opener-policy": "same-origin",
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["strict-transport-security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return headers


def preflight() -> Response:
    """What a browser elsewhere asks before it asks conditionally."""
    headers = {
        "access-control-allow-methods": ALLOWED,
        "access-control-allow-headers": "If-None-Match, If-Modified-Since, Cache-Control, Accept",
        "access-control-max-age": "86400",
        "allow": ALLOWED,
    }
    return _response(204, _encoded(headers | CORS | _security()), b"")


def redirect(to: str) -> Response:
    headers = {"location": to, "content-length": "0"} | _security()
    return _response(301, [*_encoded(headers), (b"cache-control", CACHE)], b"")


def refusal(status: int, sentence: str, *, is_head: bool = False) -> Response:
    """A refusal for machines: JSON that a browser elsewhere may read too."""
    content = json.dumps({"error": sentence}).encode()
    headers = {
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(content)),
        "allow": ALLOWED,
    }
    if status != METHOD_NOT_ALLOWED:
        del headers["allow"]
    lines = [*_encoded(headers | CORS | _security()), (b"cache-control", CACHE)]
    return _response(status, lines, b"" if is_head else content)


def _encoded(headers: Mapping[str, str]) -> list[Header]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

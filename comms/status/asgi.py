"""The status page in front of Django: a dictionary, and bytes that were made beforehand."""

from typing import Any
from urllib.parse import quote

from django.conf import settings

from comms.status import responses, served_site
from comms.status.formats import atom, calendar, statuspage
from comms.status.responses import METHOD_NOT_ALLOWED, MISSING, Answers, Response
from comms.status.served_site import Board

BELOW = "/status/"
SOCKET = "/ws/status/"

ROOT_API = "/api/v2/"
"""Where clients of the Statuspage API ask, of a host that they know: the root of it."""

OWN = ("/status/incidents/", "/status/maintenance/", "/status/history/", "/status/api/")
"""Nobody else answers below these: what the snapshot does not have there does not exist. So an
address made up costs a reader's price, and no question to the database."""

MACHINES = ("/status/api/", atom.PATH, calendar.PATH)
"""What browsers elsewhere may ask for."""

SAFE = {"GET", "HEAD"}
NO_SUCH_RESOURCE = "There is no such resource."
READ_ONLY = "This can only be read: ask with GET or HEAD."


class StatusPages:
    """Answers what the snapshot has, and leaves everything else to the application behind it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = _own_path(scope.get("path", ""))
        if not path.startswith(BELOW):
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        if path.startswith(MACHINES) and method not in SAFE:
            await _refuse_or_allow(method).send(send)
            return
        served = served_site.here()
        if method not in SAFE or not await _is_ready(served):
            await self._app(scope, receive, send)
            return
        if (answers := served.answers.get(path)) is not None:
            await _answer(scope, path, answers).send(send)
        elif f"{path}/" in served.answers:
            await responses.redirect(_with_slash(scope)).send(send)
        elif path.startswith(statuspage.BELOW):
            response = responses.refusal(404, NO_SUCH_RESOURCE, is_head=method == "HEAD")
            await response.send(send)
        elif path.startswith(OWN) and MISSING in served.answers:
            await _answer(scope, MISSING, served.answers[MISSING]).send(send)
        else:
            await self._app(scope, receive, send)


def _own_path(path: str) -> str:
    """The path below ``/status/`` that is meant."""
    if settings.STATUS_API_AT_ROOT and path.startswith(ROOT_API):
        return statuspage.BELOW + path.removeprefix(ROOT_API)
    return path


async def _is_ready(served: Board) -> bool:
    """False where there is nothing to serve: Django's error page is the better answer then."""
    if served.snapshot is None:
        try:
            await served.ready()
        except Exception:  # noqa: BLE001  (whatever it is, Django meets it too)
            return False
    return True


def _refuse_or_allow(method: str) -> Response:
    if method == "OPTIONS":
        return responses.preflight()
    return responses.refusal(METHOD_NOT_ALLOWED, READ_ONLY)


def _answer(scope: dict[str, Any], path: str, answers: Answers) -> Response:
    accepts = known = since = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepts = value
        elif name == b"if-none-match":
            known = value
        elif name == b"if-modified-since":
            since = value
    answer = answers.pick(accepts)
    if path != MISSING and _is_known(answers, answer.etag, known, since):
        return answer.unchanged
    return answer.get if scope["method"] == "GET" else answer.head


def _is_known(answers: Answers, etag: bytes, known: bytes, since: bytes) -> bool:
    """The tag decides where there is one, the time only where there is none (RFC 9110, 13.2.2)."""
    if known:
        return etag in known or known.strip() == b"*"
    return bool(since) and responses.is_unmodified(since, answers.modified)


def _with_slash(scope: dict[str, Any]) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return quote(f"{scope['path']}/") + (f"?{query}" if query else "")


async def socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """``/ws/status/``: whoever reads the page is told when it changes."""
    served = served_site.here()
    try:
        await served.ready()
    except Exception:  # noqa: BLE001  (the page polls meanwhile)
        await receive()
        await send({"type": "websocket.close", "code": 1013})
        return
    await served.readers.serve(scope, receive, send)

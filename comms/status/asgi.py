"""The status page in front of Django: a dictionary, and bytes that were made beforehand."""

from typing import Any

from comms.status import served_site
from comms.status.responses import MISSING

BELOW = "/status/"
SOCKET = "/ws/status/"

OWN = ("/status/incidents/", "/status/maintenance/", "/status/history/", "/status/api/")
"""Nobody else answers below these: what the snapshot does not have there does not exist. So an
address made up costs a reader's price, and no question to the database."""


class StatusPages:
    """Answers what the snapshot has, and leaves everything else to the application behind it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if not path.startswith(BELOW) or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        served = served_site.here()
        if served.snapshot is None:
            try:
                await served.ready()
            except Exception:  # noqa: BLE001  (Django's error page is the better answer)
                await self._app(scope, receive, send)
                return
        answers = served.answers.get(path)
        if answers is None and path.startswith(OWN):
            path, answers = MISSING, served.answers.get(MISSING)
        if answers is None:
            await self._app(scope, receive, send)
            return
        accepts = known = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accepts = value
            elif name == b"if-none-match":
                known = value
        answer = answers.pick(accepts)
        if known and path != MISSING and (answer.etag in known or known == b"*"):
            response = answer.unchanged
        else:
            response = answer.get if scope["method"] == "GET" else answer.head
        await response.send(send)


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

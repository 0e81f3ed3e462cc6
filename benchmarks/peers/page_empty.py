"""The floor of a first visit: Warroom, and at one address a room's head around an empty page."""

import os
from pathlib import Path
from typing import Any

from benchmarks.peers.names import EMPTY_PAGE
from warroom.asgi import application as warroom

FILE = Path(os.environ["EMPTY_PAGE_FILE"])
"""The page, written when the server runs already: it names the room's own files."""


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["path"] != EMPTY_PAGE:
        return await warroom(scope, receive, send)
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": FILE.read_bytes()})

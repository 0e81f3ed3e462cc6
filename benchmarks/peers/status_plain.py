"""The floor: an ASGI application that answers every request with the same bytes."""

import os
from pathlib import Path
from typing import Any

BODY = Path(os.environ["PLAIN_BODY"]).read_bytes()
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(BODY)).encode()),
    ],
}
END = {"type": "http.response.body", "body": BODY}


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send(START)
    await send(END)
